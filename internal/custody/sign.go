package custody

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// signaturePrefix and signatureSuffix are around the number of lines that a
// signature stands for, in its file's name.
const (
	signaturePrefix = "custody."
	signatureSuffix = ".sig"
)

// Sign signs the journal as it stands, with the key of a PEM file. The
// signature is a file of the case that ssh-keygen -Y verify accepts for the
// first Bytes bytes of the journal.
func (j *Journal) Sign(signer ssh.Signer) (Signature, error) {
	data, err := os.ReadFile(j.path)
	if err != nil {
		return Signature{}, fmt.Errorf("sign the journal: %w", err)
	}
	chain := Read(data)
	if len(chain.Faults) > 0 || len(chain.Lines) == 0 {
		return Signature{}, errors.New("sign the journal: it does not verify, and nobody should stand for it")
	}
	text, err := sshsign(signer, data)
	if err != nil {
		return Signature{}, fmt.Errorf("sign the journal: %w", err)
	}
	s := Signature{
		Lines: chain.last(), Bytes: chain.size, Key: ssh.FingerprintSHA256(signer.PublicKey()),
		Name: fmt.Sprintf("%s%d%s", signaturePrefix, chain.last(), signatureSuffix), Size: int64(len(text)), SHA256: Sum(text),
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(j.path), s.Name), text, 0o600); err != nil {
		return Signature{}, fmt.Errorf("sign the journal: %w", err)
	}
	_, err = j.Append(Line{Event: JournalSigned, Signature: &s})
	return s, err
}

// signatures checks those who stood for the journal. Of signers, if there are
// any, one must be among them.
func (v *verification) signatures(data []byte, signers []ssh.PublicKey) []Signature {
	var good []Signature
	for _, l := range v.chain.Lines {
		if l.Signature == nil {
			continue
		}
		v.checked++
		if err := v.signature(data, *l.Signature); err != nil {
			v.finding(KindJournal, l.Signature.Name, "does not sign lines 1 to %d of the journal: %v", l.Signature.Lines, err)
			continue
		}
		good = append(good, *l.Signature)
	}
	v.signed(good, signers)
	return good
}

func (v *verification) signature(data []byte, s Signature) error {
	text, err := fs.ReadFile(v.fsys, s.Name)
	if err != nil {
		return err
	}
	if s.Bytes > int64(len(data)) {
		return errors.New("the journal is shorter than that")
	}
	key, err := sshverify(text, data[:s.Bytes])
	if err == nil && ssh.FingerprintSHA256(key) != s.Key {
		return fmt.Errorf("it is by the key %s, and the journal says %s", ssh.FingerprintSHA256(key), s.Key)
	}
	return err
}

// signed says whether one of the signers has signed, and which lines not.
func (v *verification) signed(good []Signature, signers []ssh.PublicKey) {
	if len(signers) == 0 {
		return
	}
	var keys []string
	for _, key := range signers {
		keys = append(keys, ssh.FingerprintSHA256(key))
	}
	good = slices.DeleteFunc(slices.Clone(good), func(s Signature) bool { return !slices.Contains(keys, s.Key) })
	if len(good) == 0 {
		v.finding(KindJournal, JournalName, "no signature of it is by %s", strings.Join(keys, " or "))
		return
	}
	// The line that tells of a signature is the only one that may come after.
	if last := good[len(good)-1].Lines + 1; v.chain.last() > last {
		v.tell(Finding{Kind: KindJournal, Subject: JournalName, Reason: fmt.Sprintf("lines %d to %d are not signed", last+1, v.chain.last()), Unchecked: true})
	}
}
