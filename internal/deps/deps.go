// Package deps holds the import policy of this module, as the text in its
// test: which package may import which. It has no code of its own.
package deps
