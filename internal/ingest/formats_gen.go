//go:build ignore

// This program writes docs/formats.md.
package main

import (
	"log"
	"os"

	"github.com/conshelf/conshelf/internal/ingest"
)

func main() {
	if err := os.MkdirAll("../../docs", 0o755); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("../../docs/formats.md", []byte(ingest.FormatsDocument()), 0o644); err != nil {
		log.Fatal(err)
	}
}
