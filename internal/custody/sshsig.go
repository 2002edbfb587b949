package custody

import (
	"bytes"
	"crypto/rand"
	"crypto/sha512"
	"encoding/pem"
	"errors"
	"fmt"

	"golang.org/x/crypto/ssh"
)

// Namespace is what signatures of a journal are for: ssh-keygen -Y verify asks
// for it as -n.
const Namespace = "conshelf-custody"

const (
	sshsigMagic = "SSHSIG"
	sshsigHash  = "sha512"
	sshsigPEM   = "SSH SIGNATURE"
)

// An sshsigBlob is a signature as OpenSSH stores it, after its magic.
type sshsigBlob struct {
	Version   uint32
	PublicKey []byte
	Namespace string
	Reserved  string
	Hash      string
	Signature []byte
}

// sshsigData is what is signed.
func sshsigData(message []byte) []byte {
	sum := sha512.Sum512(message)
	signed := struct{ Namespace, Reserved, Hash, Sum string }{Namespace, "", sshsigHash, string(sum[:])}
	return append([]byte(sshsigMagic), ssh.Marshal(signed)...)
}

// sshsign signs a message so that ssh-keygen -Y verify accepts it.
func sshsign(signer ssh.Signer, message []byte) ([]byte, error) {
	signature, err := signWith(signer, sshsigData(message))
	if err != nil {
		return nil, err
	}
	blob := sshsigBlob{1, signer.PublicKey().Marshal(), Namespace, "", sshsigHash, ssh.Marshal(signature)}
	return pem.EncodeToMemory(&pem.Block{Type: sshsigPEM, Bytes: append([]byte(sshsigMagic), ssh.Marshal(blob)...)}), nil
}

// signWith signs; with RSA never over SHA-1.
func signWith(signer ssh.Signer, data []byte) (*ssh.Signature, error) {
	if signer.PublicKey().Type() != ssh.KeyAlgoRSA {
		return signer.Sign(rand.Reader, data)
	}
	rsa, ok := signer.(ssh.AlgorithmSigner)
	if !ok {
		return nil, errors.New("the RSA key cannot sign over SHA-512")
	}
	return rsa.SignWithAlgorithm(rand.Reader, data, ssh.KeyAlgoRSASHA512)
}

// sshverify checks a signature of a message, and returns the key that made it.
func sshverify(armored, message []byte) (ssh.PublicKey, error) {
	block, rest := pem.Decode(armored)
	if block == nil || block.Type != sshsigPEM || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("it is no SSH signature")
	}
	body, ok := bytes.CutPrefix(block.Bytes, []byte(sshsigMagic))
	if !ok {
		return nil, errors.New("it is no SSH signature")
	}
	var blob sshsigBlob
	if err := ssh.Unmarshal(body, &blob); err != nil {
		return nil, fmt.Errorf("it is no SSH signature: %w", err)
	}
	if blob.Version != 1 || blob.Namespace != Namespace || blob.Hash != sshsigHash {
		return nil, fmt.Errorf("it is of version %d, for %q and over %q; want 1, %q, %q", blob.Version, blob.Namespace, blob.Hash, Namespace, sshsigHash)
	}
	key, err := ssh.ParsePublicKey(blob.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("its key cannot be read: %w", err)
	}
	var signature ssh.Signature
	if err := ssh.Unmarshal(blob.Signature, &signature); err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	if key.Type() == ssh.KeyAlgoRSA && signature.Format == ssh.KeyAlgoRSA {
		return nil, errors.New("it is over SHA-1, which says nothing")
	}
	return key, key.Verify(sshsigData(message), &signature)
}
