// SPDX-License-Identifier: Apache-2.0

package certlife_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"sort"
	"sync"

	"certlife.example/go/certlife"
)

// ---- a store ------------------------------------------------------------------------------------------------------

type pair struct{ key, value []byte }

// An ownStore is a sorted slice that is never changed once others can see it.
type ownStore struct {
	writer  chan struct{} // holds one token while nobody writes
	mu      sync.Mutex
	pairs   []pair
	closed  int
	trouble func(slot string) error // what a slot answers instead
	garbled bool                    // scans find values that nobody wrote
}

func newOwnStore() *ownStore {
	s := &ownStore{writer: make(chan struct{}, 1), trouble: func(string) error { return nil }}
	s.writer <- struct{}{}
	return s
}

func (s *ownStore) Begin(ctx context.Context, mode certlife.StoreMode) (certlife.StoreTxn, error) {
	if err := s.trouble("begin"); err != nil {
		return nil, err
	}
	if mode != certlife.StoreRead {
		select {
		case <-s.writer:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return &ownTxn{store: s, pairs: s.pairs, writes: mode != certlife.StoreRead}, nil
}

func (s *ownStore) Close() error {
	s.closed++
	return s.trouble("close")
}

type ownTxn struct {
	store  *ownStore
	pairs  []pair
	writes bool
	copied bool
}

func (t *ownTxn) find(key []byte) (place int, found bool) {
	place = sort.Search(len(t.pairs), func(n int) bool { return bytes.Compare(t.pairs[n].key, key) >= 0 })
	return place, place < len(t.pairs) && bytes.Equal(t.pairs[place].key, key)
}

func (t *ownTxn) own() {
	if !t.copied {
		t.pairs, t.copied = append([]pair(nil), t.pairs...), true
	}
}

func (t *ownTxn) Get(key []byte) ([]byte, bool, error) {
	if err := t.store.trouble("get"); err != nil {
		return nil, false, err
	}
	place, found := t.find(key)
	if !found {
		return nil, false, nil
	}
	return t.pairs[place].value, true, nil
}

func (t *ownTxn) Put(key, value []byte) error {
	if err := t.store.trouble("put"); err != nil {
		return err
	}
	t.own()
	place, found := t.find(key)
	if !found {
		t.pairs = append(t.pairs, pair{})
		copy(t.pairs[place+1:], t.pairs[place:])
	}
	t.pairs[place] = pair{key, value}
	return nil
}

func (t *ownTxn) Erase(key []byte) error {
	if err := t.store.trouble("erase"); err != nil {
		return err
	}
	if place, found := t.find(key); found {
		t.own()
		t.pairs = append(t.pairs[:place], t.pairs[place+1:]...)
	}
	return nil
}

func (t *ownTxn) Scan(from []byte, prefix int, visit func(key, value []byte) bool) error {
	if err := t.store.trouble("scan"); err != nil {
		return err
	}
	for place, _ := t.find(from); place < len(t.pairs); place++ {
		p := t.pairs[place]
		if t.store.garbled {
			p.value = []byte("?")
		}
		if !bytes.HasPrefix(p.key, from[:prefix]) || !visit(p.key, p.value) {
			return nil
		}
	}
	return nil
}

func (t *ownTxn) end() {
	if t.writes {
		t.store.writer <- struct{}{}
	}
}

func (t *ownTxn) Commit() error {
	defer t.end()
	if err := t.store.trouble("commit"); err != nil {
		return err
	}
	if t.copied {
		t.store.mu.Lock()
		t.store.pairs = t.pairs
		t.store.mu.Unlock()
	}
	return nil
}

func (t *ownTxn) Abort() { t.end() }

// ---- an issuer ----------------------------------------------------------------------------------------------------

// An ownIssuer is a CA elsewhere: crypto/x509 signs. Its `script`, if there is one, answers before it does.
type ownIssuer struct {
	key    *ecdsa.PrivateKey
	ca     *x509.Certificate
	script func(ctx context.Context, order *certlife.IssuerOrder) (certlife.IssuerAnswer, error)

	mu     sync.Mutex
	orders map[string]*certlife.IssuerOrder
	issued map[string][]byte
}

func newOwnIssuer(key *ecdsa.PrivateKey, ca *x509.Certificate) *ownIssuer {
	return &ownIssuer{key: key, ca: ca, orders: map[string]*certlife.IssuerOrder{}, issued: map[string][]byte{}}
}

func (i *ownIssuer) Issue(ctx context.Context, order *certlife.IssuerOrder) (certlife.IssuerAnswer, []byte, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.orders[string(order.ID)] = order
	if i.script != nil {
		if answer, err := i.script(ctx, order); err != nil || answer != certlife.Issued {
			return answer, nil, err
		}
	}
	return i.sign(order)
}

func (i *ownIssuer) Poll(ctx context.Context, id []byte) (certlife.IssuerAnswer, []byte, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	order := i.orders[string(id)]
	if order == nil {
		return certlife.NeverHeard, nil, nil
	}
	if i.script != nil {
		if answer, err := i.script(ctx, order); err != nil || answer != certlife.Issued {
			return answer, nil, err
		}
	}
	return i.sign(order)
}

func (i *ownIssuer) sign(order *certlife.IssuerOrder) (certlife.IssuerAnswer, []byte, error) {
	if der := i.issued[string(order.ID)]; der != nil {
		return certlife.Issued, der, nil
	}
	public, err := x509.ParsePKIXPublicKey(order.SPKI)
	if err != nil {
		return 0, nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: order.Serial,
		Subject: pkix.Name{Organization: []string{order.Organization}, OrganizationalUnit: []string{order.Unit},
			CommonName: order.CommonName},
		NotBefore:             order.NotBefore,
		NotAfter:              order.NotAfter,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		CRLDistributionPoints: []string{order.CRLURL},
		BasicConstraintsValid: true,
	}, i.ca, public, i.key)
	i.issued[string(order.ID)] = der
	return certlife.Issued, der, err
}

// ---- crypto -------------------------------------------------------------------------------------------------------

// ownCrypto is Go's own.
type ownCrypto struct{ trouble func(slot string) error }

func (c ownCrypto) fail(slot string) error {
	if c.trouble == nil {
		return nil
	}
	return c.trouble(slot)
}

func (c ownCrypto) SHA256(data []byte) ([32]byte, error) {
	return sha256.Sum256(data), c.fail("sha256")
}

func (c ownCrypto) Random(out []byte) error {
	if err := c.fail("random"); err != nil {
		return err
	}
	_, err := rand.Read(out)
	return err
}

func (c ownCrypto) OpenKey(text []byte) (certlife.CryptoKey, error) {
	if err := c.fail("key_open"); err != nil {
		return nil, err
	}
	if block, _ := pem.Decode(text); block != nil {
		text = block.Bytes
	}
	if key, err := x509.ParsePKCS8PrivateKey(text); err == nil {
		return &ownKey{c, key.(crypto.Signer)}, nil
	}
	key, err := x509.ParseECPrivateKey(text)
	if err != nil {
		return nil, certlife.ErrMalformed
	}
	return &ownKey{c, key}, nil
}

func (c ownCrypto) GenerateKey(bits int) (certlife.CryptoKey, error) {
	if err := c.fail("key_generate"); err != nil {
		return nil, err
	}
	curve := elliptic.P256()
	switch bits {
	case 256:
	case 384:
		curve = elliptic.P384()
	default:
		key, err := rsa.GenerateKey(rand.Reader, bits)
		return &ownKey{c, key}, err
	}
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	return &ownKey{c, key}, err
}

var hashes = map[certlife.Signature]crypto.Hash{
	certlife.SignatureRSASHA256: crypto.SHA256, certlife.SignatureECDSASHA256: crypto.SHA256,
	certlife.SignatureRSASHA384: crypto.SHA384, certlife.SignatureECDSASHA384: crypto.SHA384,
	certlife.SignatureRSASHA512: crypto.SHA512, certlife.SignatureECDSASHA512: crypto.SHA512,
}

func digest(algorithm certlife.Signature, message []byte) (crypto.Hash, []byte) {
	hash := hashes[algorithm]
	h := hash.New()
	h.Write(message)
	return hash, h.Sum(nil)
}

func (c ownCrypto) Verify(spki []byte, algorithm certlife.Signature, message, signature []byte) (bool, error) {
	if err := c.fail("verify"); err != nil {
		return false, err
	}
	public, err := x509.ParsePKIXPublicKey(spki)
	if err != nil {
		return false, nil
	}
	hash, sum := digest(algorithm, message)
	switch public := public.(type) {
	case *ecdsa.PublicKey:
		var parts struct{ R, S *big.Int }
		if _, err := asn1.Unmarshal(signature, &parts); err != nil {
			return false, nil
		}
		return ecdsa.Verify(public, sum, parts.R, parts.S), nil
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(public, hash, sum, signature) == nil, nil
	}
	return false, nil
}

func (c ownCrypto) KeySound(spki []byte) (bool, error) {
	_, err := x509.ParsePKIXPublicKey(spki)
	return err == nil, c.fail("key_sound")
}

type ownKey struct {
	crypto ownCrypto
	signer crypto.Signer
}

func (k *ownKey) PEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.signer)
	if err == nil {
		err = k.crypto.fail("key_write")
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), err
}

func (k *ownKey) Public() ([]byte, error) {
	if err := k.crypto.fail("key_public"); err != nil {
		return nil, err
	}
	return x509.MarshalPKIXPublicKey(k.signer.Public())
}

func (k *ownKey) Sign(algorithm certlife.Signature, message []byte) ([]byte, error) {
	if err := k.crypto.fail("sign"); err != nil {
		return nil, err
	}
	hash, sum := digest(algorithm, message)
	return k.signer.Sign(rand.Reader, sum, hash)
}

func (k *ownKey) Close() error { return nil }

var errOwn = errors.New("the cable is out")
