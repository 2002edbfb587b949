// Package decimal computes with Kusto's decimals: numbers of up to 34 digits.
// A result that needs more is rounded to them, the half to the even digit, as
// IEEE's decimal128 does.
package decimal

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// Digits is how many digits a decimal has.
const Digits = 34

var (
	errDivision = errors.New("a decimal is divided by zero, and what Kusto then answers is not documented")
	errRange    = errors.New("a decimal has more than 34 digits before its point, and how Kusto then prints it is not documented")
)

// Add returns x + y. Here and below numbers are written in digits, with a sign
// and a point where they have one, and a result without needless zeros.
func Add(x, y string) (string, error) {
	return computed(x, y, func(a, b *big.Rat) (*big.Rat, error) { return a.Add(a, b), nil })
}

// Subtract returns x - y.
func Subtract(x, y string) (string, error) {
	return computed(x, y, func(a, b *big.Rat) (*big.Rat, error) { return a.Sub(a, b), nil })
}

// Multiply returns x * y.
func Multiply(x, y string) (string, error) {
	return computed(x, y, func(a, b *big.Rat) (*big.Rat, error) { return a.Mul(a, b), nil })
}

// Modulo returns what x / y leaves; it is not negative. If y is zero it
// returns an error.
func Modulo(x, y string) (string, error) {
	return computed(x, y, func(a, b *big.Rat) (*big.Rat, error) {
		if b.Sign() == 0 {
			return nil, errDivision
		}
		size := new(big.Rat).Abs(b)
		times := new(big.Rat).Quo(a, size)
		whole := new(big.Int).Div(times.Num(), times.Denom()) // toward -∞: the denominator is positive
		return a.Sub(a, size.Mul(size, new(big.Rat).SetInt(whole))), nil
	})
}

// Sum returns the sum of numbers; that of none is 0.
func Sum(list []string) (string, error) {
	sum := new(big.Rat)
	for _, x := range list {
		n, err := parse(x)
		if err != nil {
			return "", err
		}
		sum.Add(sum, n)
	}
	return text(sum)
}

// Compare returns -1, 0 or 1: how x stands to y.
func Compare(x, y string) (int, error) {
	a, err := parse(x)
	if err != nil {
		return 0, err
	}
	b, err := parse(y)
	if err != nil {
		return 0, err
	}
	return a.Cmp(b), nil
}

// Key returns a text that sorts, byte by byte, as the number does.
func Key(x string) string {
	rest, negative := strings.CutPrefix(x, "-")
	whole, fraction, _ := strings.Cut(rest, ".")
	if whole == "0" {
		whole = ""
	}
	key := []byte(fmt.Sprintf("%02d%s.%s", len(whole), whole, fraction))
	if !negative {
		return "1" + string(key)
	}
	for i, c := range key {
		if c != '.' {
			key[i] = '0' + '9' - c
		}
	}
	return "0" + string(key) + "~" // what is longer is less
}

func computed(x, y string, f func(a, b *big.Rat) (*big.Rat, error)) (string, error) {
	a, err := parse(x)
	if err != nil {
		return "", err
	}
	b, err := parse(y)
	if err != nil {
		return "", err
	}
	result, err := f(a, b)
	if err != nil {
		return "", err
	}
	return text(result)
}

func parse(x string) (*big.Rat, error) {
	n, ok := new(big.Rat).SetString(x)
	if !ok || strings.ContainsAny(x, "eE/_xXpP") {
		return nil, fmt.Errorf("%q is no decimal", x)
	}
	return n, nil
}

// text writes a number with as many digits as a decimal has.
func text(n *big.Rat) (string, error) {
	whole := new(big.Int).Quo(n.Num(), n.Denom())
	before := len(strings.TrimLeft(whole.Text(10), "-"))
	if whole.Sign() == 0 {
		before = 0
	}
	if before > Digits {
		return "", errRange
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(Digits-before)), nil)
	scaled := new(big.Rat).Mul(n, new(big.Rat).SetInt(unit))
	return point(nearest(scaled), Digits-before)
}

// nearest rounds to a whole number, the half to the even one.
func nearest(n *big.Rat) *big.Int {
	whole, rest := new(big.Int).DivMod(n.Num(), n.Denom(), new(big.Int))
	switch rest.Lsh(rest, 1).Cmp(n.Denom()) {
	case 0:
		if whole.Bit(0) == 1 {
			whole.Add(whole, big.NewInt(1))
		}
	case 1:
		whole.Add(whole, big.NewInt(1))
	}
	return whole
}

// point writes a whole number with a point before its last digits.
func point(n *big.Int, after int) (string, error) {
	digits := new(big.Int).Abs(n).Text(10)
	if short := after + 1 - len(digits); short > 0 {
		digits = strings.Repeat("0", short) + digits
	}
	whole, fraction := digits[:len(digits)-after], strings.TrimRight(digits[len(digits)-after:], "0")
	if len(whole) > Digits {
		return "", errRange
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if n.Sign() < 0 {
		whole = "-" + whole
	}
	return whole, nil
}
