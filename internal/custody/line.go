package custody

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/conshelf/conshelf/internal/evidence"
)

// A line ends with its own hash, of all bytes before hashKey.
const (
	hashKey   = `,"hash":"`
	hashClose = `"}`
	hashTail  = len(hashKey) + 2*sha256.Size + len(hashClose)
)

// encode returns the line as it stands in the journal, and sets its hash.
func (l *Line) encode() ([]byte, error) {
	text, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("write line %d of the journal: %w", l.Number, err)
	}
	body := bytes.TrimSuffix(text, []byte("}"))
	l.hash = Sum(body)
	return fmt.Appendf(body, "%s%s%s\n", hashKey, l.hash, hashClose), nil
}

// decode reads a line without its line feed. The reason says why it is not a
// line as it was written, or is ”.
func decode(raw []byte) (line Line, reason string) {
	if len(raw) < hashTail {
		return line, "is cut off or was changed: it has no hash"
	}
	body, tail := raw[:len(raw)-hashTail], raw[len(raw)-hashTail:]
	hash := Sum(body)
	if string(tail) != hashKey+string(hash)+hashClose {
		return line, "was changed: its hash is not that of its text"
	}
	if err := json.Unmarshal(append(bytes.Clone(body), '}'), &line); err != nil {
		return Line{}, "is no line of a journal: " + err.Error()
	}
	line.hash = hash
	return line, ""
}

// Sum returns the digest of some bytes.
func Sum(b []byte) evidence.Digest {
	sum := sha256.Sum256(b)
	return evidence.Digest(hex.EncodeToString(sum[:]))
}
