package investigation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"

	"github.com/conshelf/conshelf/internal/custody"
	"github.com/conshelf/conshelf/internal/evidence"
)

// SealOptions say how a case is sealed.
type SealOptions struct {
	NoOriginals bool            // the archive is of the case alone
	Force       bool            // an archive that is there may be replaced
	Recipients  []age.Recipient // who can open it; none: everybody
}

// ErrExists is the error of a file that is not overwritten.
var ErrExists = errors.New("is there already")

// ErrUnverified is the error of an archive that does not verify.
var ErrUnverified = errors.New("does not verify")

// Seal writes the case in dir as one file that can be handed over, verifies
// what was written, and notes it in the journal. The same case gives the same
// archive, byte for byte, unless it is encrypted.
func Seal(ctx context.Context, dir, out string, open Opener, actor custody.Actor, o SealOptions) (custody.Seal, error) {
	seal := custody.Seal{Name: filepath.Base(out), Originals: !o.NoOriginals, Encrypted: len(o.Recipients) > 0}
	if err := free(dir, out, o.Force); err != nil {
		return seal, err
	}
	c, err := OpenExisting(ctx, dir, open) // nobody can write to it meanwhile
	if err != nil {
		return seal, err
	}
	j, err := sealable(dir, actor)
	part := out + evidence.PartSuffix
	var key []byte
	if err == nil {
		key, err = writeArchive(part, dir, o)
	}
	if err == nil {
		err = verifyPart(ctx, part, open, key)
	}
	if err = errors.Join(err, c.Close()); err != nil {
		return seal, errors.Join(fmt.Errorf("seal %s: %w", dir, err), removed(part))
	}
	if seal.SHA256, seal.Size, err = digestOf(part); err != nil {
		return seal, fmt.Errorf("seal %s: %w", dir, err)
	}
	if err := os.Rename(part, out); err != nil {
		return seal, fmt.Errorf("seal %s: %w", dir, err)
	}
	_, err = j.Append(custody.Line{Event: custody.CaseSealed, Seal: &seal})
	return seal, err
}

// free makes sure that out may be written, and that it is not in the case.
func free(dir, out string, force bool) error {
	if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) && !force {
		return fmt.Errorf("%s %w: name another file, or replace it with --force", out, ErrExists)
	}
	inside, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("seal %s: %w", dir, err)
	}
	target, err := filepath.Abs(out)
	if err != nil {
		return fmt.Errorf("seal %s: %w", dir, err)
	}
	if from, err := filepath.Rel(inside, target); err == nil && from != ".." && !strings.HasPrefix(from, ".."+string(filepath.Separator)) {
		return fmt.Errorf("%s is in the case itself: name a file outside of %s", out, dir)
	}
	return nil
}

// sealable returns the journal of a case that can be sealed.
func sealable(dir string, actor custody.Actor) (*custody.Journal, error) {
	j, err := custody.Open(dir, actor)
	if err != nil {
		return nil, err
	}
	chain := j.Chain()
	switch {
	case len(chain.Lines) == 0:
		return nil, errors.New("it has no journal")
	case len(chain.Faults) > 0:
		return nil, errors.New("its journal does not verify")
	case chain.Session() > 0:
		return nil, errors.New("its last load was stopped before its end: load something to have that closed")
	}
	return j, nil
}

// removed removes what is there of an archive that was not finished.
func removed(part string) error {
	if err := os.Remove(part); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// writeArchive writes the archive. The key opens it, if it is encrypted.
func writeArchive(part, dir string, o SealOptions) (key []byte, err error) {
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	key, err = writeTo(f, dir, o)
	if err == nil {
		err = f.Sync()
	}
	return key, errors.Join(err, f.Close())
}

func writeTo(w io.Writer, dir string, o SealOptions) (key []byte, err error) {
	var originals custody.Originals
	if !o.NoOriginals {
		originals = onDisk{dir}
	}
	if len(o.Recipients) == 0 {
		return nil, custody.WriteArchive(w, os.DirFS(dir), originals)
	}
	recipients := slices.Clone(o.Recipients)
	recipients[0] = keyWitness{recipients[0], &key}
	encrypted, err := age.Encrypt(w, recipients...)
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	if err := custody.WriteArchive(encrypted, os.DirFS(dir), originals); err != nil {
		return nil, err
	}
	return key, encrypted.Close()
}

// verifyPart verifies an archive that was written; the key opens it, if it is
// encrypted.
func verifyPart(ctx context.Context, part string, open Opener, key []byte) error {
	var identities []age.Identity
	if key != nil {
		identities = append(identities, age.NewInjectedFileKeyIdentity(key))
	}
	var first custody.Finding
	outcome, err := VerifyArchive(ctx, part, open, identities, VerifyOptions{Tell: func(f custody.Finding) {
		if first.Subject == "" && !f.Unchecked {
			first = f
		}
	}})
	if err == nil && outcome.Failed > 0 {
		err = fmt.Errorf("what was to be sealed %w: %s", ErrUnverified, first)
	}
	return err
}

func digestOf(path string) (evidence.Digest, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = f.Close() }() // it was only read
	h := sha256.New()
	n, err := io.Copy(h, f)
	return evidence.Digest(hex.EncodeToString(h.Sum(nil))), n, err
}

// VerifyArchive verifies a sealed archive, as Verify does a case. Identities
// open one that is encrypted.
func VerifyArchive(ctx context.Context, path string, open Opener, identities []age.Identity, o VerifyOptions) (custody.Outcome, error) {
	f, err := os.Open(path)
	if err != nil {
		return custody.Outcome{}, fmt.Errorf("verify: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	outcome, err := verifyArchive(ctx, f, open, identities, o)
	if err != nil {
		return outcome, fmt.Errorf("verify %s: %w", path, err)
	}
	return outcome, nil
}

func verifyArchive(ctx context.Context, f *os.File, open Opener, identities []age.Identity, o VerifyOptions) (custody.Outcome, error) {
	t := &tally{tell: o.Tell}
	r, size, err := decrypted(f, identities)
	if err != nil {
		return custody.Outcome{}, err
	}
	name := filepath.Base(f.Name())
	archive, told, err := custody.OpenArchive(r, size)
	if err != nil {
		t.finding(custody.Finding{Kind: custody.KindCase, Subject: name, Reason: "is no archive that can be read: " + oneLine(err)})
		return t.outcome, nil
	}
	if told != "" {
		t.finding(custody.Finding{Kind: custody.KindCase, Subject: name, Reason: told})
	}
	dir, err := os.MkdirTemp("", "conshelf-verify-")
	if err != nil {
		return t.outcome, err
	}
	err = unpack(archive.Case, dir, t)
	if err == nil {
		o.archive = archive
		err = o.verify(ctx, archive.Case, dir, open, t)
	}
	return t.outcome, errors.Join(err, os.RemoveAll(dir))
}

// decrypted returns the bytes of an archive, and how many there are.
func decrypted(f *os.File, identities []age.Identity) (io.ReaderAt, int64, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, errors.New("it is no file")
	}
	head := make([]byte, len(ageMagic))
	if n, _ := f.ReadAt(head, 0); string(head[:n]) != ageMagic {
		return f, info.Size(), nil
	}
	if len(identities) == 0 {
		return nil, 0, errors.New("it is encrypted: name the key that opens it with --identity, or give its passphrase")
	}
	return age.DecryptReaderAt(f, info.Size(), identities...)
}

// ageMagic begins an encrypted file.
const ageMagic = "age-encryption.org/"

// unpack writes the database and the digests of rows to dir: an engine opens
// no archive. What cannot be read is told.
func unpack(fsys fs.FS, dir string, t *tally) error {
	names, err := fs.Glob(fsys, database+"*")
	if err != nil {
		return err
	}
	for _, name := range append(names, custody.RowsName) {
		data, err := fsys.Open(name)
		if err != nil {
			continue // verify says that it is not there
		}
		w, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return errors.Join(err, data.Close())
		}
		if _, err := io.Copy(w, data); err != nil {
			t.finding(custody.Finding{Kind: custody.KindCase, Subject: name, Reason: "cannot be unpacked: " + oneLine(err)})
		}
		if err := errors.Join(w.Close(), data.Close()); err != nil {
			return err
		}
	}
	return nil
}

// HasPassphrase tells whether an archive is opened with a passphrase.
func HasPassphrase(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("verify: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	head := make([]byte, 256)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("verify: %w", err)
	}
	return strings.HasPrefix(string(head[:n]), ageMagic) && strings.Contains(string(head[:n]), "\n-> scrypt "), nil
}
