package custody_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/conshelf/conshelf/internal/custody"
)

func keys(t *testing.T) map[string]ssh.Signer {
	t.Helper()
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	check(t, err)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	check(t, err)
	list := make(map[string]ssh.Signer)
	for name, key := range map[string]any{"ed25519": ed, "rsa": rsaKey} {
		signer, err := ssh.NewSignerFromKey(key)
		check(t, err)
		list[name] = signer
	}
	return list
}

// A signature stands for the lines that there were; OpenSSH accepts it too.
func TestASignedJournal(t *testing.T) {
	for name, signer := range keys(t) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			aCase(t, dir, map[string][]byte{"a.json": []byte("{}")})
			j, err := custody.Open(dir, someone())
			check(t, err)
			s, err := j.Sign(signer)
			check(t, err)
			appendLine(t, j, custody.Line{Event: custody.CaseVerified})

			all, good := signed(dir, signer.PublicKey())
			if want := "custody.jsonl: lines 6 to 6 are not signed"; !slices.Equal(all, []string{want}) {
				t.Errorf("told %q, want %q", all, want)
			}
			if len(good) != 1 || good[0].Lines != 4 || good[0].Key != ssh.FingerprintSHA256(signer.PublicKey()) {
				t.Errorf("signatures: %+v", good)
			}
			accepted(t, dir, s, signer.PublicKey())

			stranger := keys(t)["ed25519"].PublicKey()
			if all, _ := signed(dir, stranger); len(all) != 1 || !strings.Contains(all[0], "no signature of it is by "+ssh.FingerprintSHA256(stranger)) {
				t.Errorf("a stranger: %q", all)
			}
		})
	}
}

// Whoever writes the journal anew, with hashes that hold, cannot sign it.
func TestAForgedJournal(t *testing.T) {
	signer := keys(t)["ed25519"]
	dir := t.TempDir()
	aCase(t, dir, nil)
	j, err := custody.Open(dir, someone())
	check(t, err)
	s, err := j.Sign(signer)
	check(t, err)

	forged := t.TempDir()
	aCase(t, forged, map[string][]byte{"a.json": []byte("{}")})
	signature, err := os.ReadFile(filepath.Join(dir, s.Name))
	check(t, err)
	write(t, forged, s.Name, signature)
	again, err := custody.Open(forged, someone())
	check(t, err)
	appendLine(t, again, custody.Line{Event: custody.JournalSigned, Signature: &s})
	all, good := signed(forged, signer.PublicKey())
	if len(good) > 0 || !slices.ContainsFunc(all, func(line string) bool {
		return strings.HasPrefix(line, s.Name+": does not sign lines 1 to 3 of the journal")
	}) {
		t.Errorf("told %q; good %v", all, good)
	}
}

// What does not verify is not signed.
func TestABrokenJournalIsNotSigned(t *testing.T) {
	dir := t.TempDir()
	aCase(t, dir, nil)
	path := filepath.Join(dir, custody.JournalName)
	data, err := os.ReadFile(path)
	check(t, err)
	check(t, os.WriteFile(path, bytes.Replace(data, []byte("adele"), []byte("brook"), 1), 0o600))
	j, err := custody.Open(dir, someone())
	check(t, err)
	if _, err := j.Sign(keys(t)["ed25519"]); err == nil {
		t.Error("it was signed")
	}
}

func signed(dir string, signer ssh.PublicKey) (told []string, good []custody.Signature) {
	result := custody.Verify(os.DirFS(dir), custody.Options{
		Originals: evidenceIn{"a.json": {Data: []byte("{}")}},
		Signers:   []ssh.PublicKey{signer},
		Tell:      func(f custody.Finding) { told = append(told, f.String()) },
	})
	return told, result.Signatures
}

// accepted asks OpenSSH, where it is.
func accepted(t *testing.T, dir string, s custody.Signature, key ssh.PublicKey) {
	t.Helper()
	program, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Log("there is no ssh-keygen to ask")
		return
	}
	data, err := os.ReadFile(filepath.Join(dir, custody.JournalName))
	check(t, err)
	allowed := filepath.Join(t.TempDir(), "allowed")
	check(t, os.WriteFile(allowed, append([]byte("adele "), ssh.MarshalAuthorizedKey(key)...), 0o600))
	cmd := exec.CommandContext(t.Context(), program, "-Y", "verify", "-f", allowed, "-I", "adele", "-n", custody.Namespace, "-s", filepath.Join(dir, s.Name))
	cmd.Stdin = bytes.NewReader(data[:s.Bytes])
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("ssh-keygen: %v: %s", err, out)
	}
}
