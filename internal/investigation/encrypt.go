package investigation

import (
	"slices"

	"filippo.io/age"
)

// A keyWitness is a recipient that remembers the key of the file, so that what
// was encrypted to others can be opened once more, to verify it.
type keyWitness struct {
	age.Recipient
	key *[]byte
}

// Wrap encrypts the key of a file; see age.Recipient.
func (w keyWitness) Wrap(key []byte) ([]*age.Stanza, error) {
	*w.key = slices.Clone(key)
	return w.Recipient.Wrap(key)
}

// WrapWithLabels does as Wrap; see age.RecipientWithLabels.
func (w keyWitness) WrapWithLabels(key []byte) ([]*age.Stanza, []string, error) {
	*w.key = slices.Clone(key)
	if labelled, ok := w.Recipient.(age.RecipientWithLabels); ok {
		return labelled.WrapWithLabels(key)
	}
	stanzas, err := w.Recipient.Wrap(key)
	return stanzas, nil, err
}
