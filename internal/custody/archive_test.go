package custody_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/conshelf/conshelf/internal/custody"
)

// The same case gives the same archive; and in it too each flipped bit is seen.
func TestAnArchive(t *testing.T) {
	dir := t.TempDir()
	originals := evidenceIn{"a.json": {Data: []byte("{}")}}
	aCase(t, dir, map[string][]byte{"a.json": []byte("{}")})
	var first, second bytes.Buffer
	check(t, custody.WriteArchive(&first, os.DirFS(dir), originals))
	check(t, custody.WriteArchive(&second, os.DirFS(dir), originals))
	data := first.Bytes()
	if !bytes.Equal(data, second.Bytes()) {
		t.Fatal("two archives of the same case differ")
	}
	if told := readArchive(data); len(told) > 0 {
		t.Fatalf("told %q", told)
	}
	random := rand.New(rand.NewPCG(3, 3))
	for range 300 {
		at, bit := random.IntN(len(data)), byte(1)<<random.IntN(8)
		data[at] ^= bit
		if len(readArchive(data)) == 0 {
			t.Errorf("byte %d, bit %08b: nothing is told", at, bit)
		}
		data[at] ^= bit
	}
}

func readArchive(data []byte) (told []string) {
	a, why, err := custody.OpenArchive(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return []string{err.Error()}
	}
	if why != "" {
		told = append(told, why)
	}
	custody.Verify(a.Case, custody.Options{Originals: a, Tell: func(f custody.Finding) { told = append(told, f.String()) }})
	return told
}

// An original that changed is not sealed as if it were what was loaded.
func TestAChangedOriginalIsNotSealed(t *testing.T) {
	dir := t.TempDir()
	aCase(t, dir, map[string][]byte{"a.json": []byte("{}")})
	if err := custody.WriteArchive(&bytes.Buffer{}, os.DirFS(dir), evidenceIn{"a.json": {Data: []byte("{ }")}}); err == nil {
		t.Error("it was sealed")
	}
}
