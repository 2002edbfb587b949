// Package playbooks holds the response playbooks, one file for each concern.
// A playbook says what a kind of incident calls for; package respond reads it
// and fills it from an incident. Nothing here is sent by being here.
package playbooks

import (
	"embed"
	"io/fs"
)

//go:embed *.yaml
var files embed.FS

// FS returns the playbooks, one .yaml file each, in its root.
func FS() fs.FS { return files }
