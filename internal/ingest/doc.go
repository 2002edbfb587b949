// Package ingest reads exports of Microsoft logs into the tables of Log
// Analytics. Every record that it reads is stored, or is a duplicate of one
// that was, or is quarantined with a reason: none is dropped.
//
//	paths ─source─▶ entries ─container─▶ bytes ─encoding─▶ text ─frames─▶ records
//	  ─shape─▶ rows, with Microsoft's names and types ─identity─▶ stored once
//
// A file is loaded whole or not at all. Of a file that is cut or corrupt, what
// could be read is loaded, the rest is one reject, and the file's Problem says
// so.
package ingest
