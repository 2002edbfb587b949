// Package rules holds the analytics rules that come with the program, each
// beside events that must alert and look-alikes that must not. A rule knows
// what attacks have in common, never the name of one.
//
// The rules are Sentinel's scheduled rules, with two additions that Sentinel
// itself does not act on: an entity mapping may name a column that holds a
// list, and a column SessionId or SessionIds names sign-in sessions.
package rules

import (
	"embed"
	"io/fs"
)

//go:embed */*.yaml
var files embed.FS

// FS returns the rules' files.
func FS() fs.FS { return files }
