// Package units converts quantities between units, by the names that KQL's
// convert functions give them. A unit of which Kusto's own factor is not
// certain is not here.
package units

import (
	"fmt"
	"math"
)

// A scale turns a value of a unit into the quantity's base unit: factor times
// the value, after an offset was added.
type scale struct {
	offset, factor float64
	divide         bool // by the factor, which is exact where its inverse is not
}

func (s scale) toBase(x float64) float64 {
	if s.divide {
		return (x + s.offset) / s.factor
	}
	return (x + s.offset) * s.factor
}

func (s scale) fromBase(x float64) float64 {
	if s.divide {
		return x*s.factor - s.offset
	}
	return x/s.factor - s.offset
}

// Convert converts a value of a quantity, such as length, from one unit into
// another.
func Convert(quantity string, value float64, from, to string) (float64, error) {
	units, ok := scales(quantity)
	if !ok {
		return 0, fmt.Errorf("no quantity is called %s", quantity)
	}
	a, ok := units[from]
	if !ok {
		return 0, fmt.Errorf("convert_%s does not have the unit %q here", quantity, from)
	}
	b, ok := units[to]
	if !ok {
		return 0, fmt.Errorf("convert_%s does not have the unit %q here", quantity, to)
	}
	if from == to {
		return value, nil
	}
	return b.fromBase(a.toBase(value)), nil
}

func times(factor float64) scale { return scale{factor: factor} }

func by(factor float64) scale { return scale{factor: factor, divide: true} }

// scales returns the units of a quantity.
func scales(quantity string) (map[string]scale, bool) {
	switch quantity {
	case "angle":
		return angles(), true
	case "energy":
		return energies(), true
	case "force":
		return forces(), true
	case "length":
		return lengths(), true
	case "mass":
		return masses(), true
	case "speed":
		return speeds(), true
	case "temperature":
		return temperatures(), true
	case "volume":
		return volumes(), true
	}
	return nil, false
}

func angles() map[string]scale {
	return map[string]scale{
		"Degree": times(1), "Arcminute": by(60), "Arcsecond": by(3600), "Gradian": times(0.9), "Revolution": times(360),
		"Radian": times(180 / math.Pi), "Milliradian": times(180 / math.Pi / 1e3), "Microradian": times(180 / math.Pi / 1e6),
	}
}

func energies() map[string]scale {
	return map[string]scale{
		"Joule": times(1), "Millijoule": by(1e3), "Kilojoule": times(1e3), "Megajoule": times(1e6), "Gigajoule": times(1e9),
		"WattHour": times(3600), "KilowattHour": times(3.6e6), "MegawattHour": times(3.6e9), "GigawattHour": times(3.6e12),
		"Calorie": times(4.184), "Kilocalorie": times(4184), "Erg": by(1e7),
	}
}

func forces() map[string]scale {
	return map[string]scale{
		"Newton": times(1), "Decanewton": times(10), "Kilonewton": times(1e3), "Meganewton": times(1e6),
		"Millinewton": by(1e3), "Micronewton": by(1e6), "Dyn": by(1e5), "KilogramForce": times(9.80665), "TonneForce": times(9806.65),
	}
}

func lengths() map[string]scale {
	return map[string]scale{
		"Meter": times(1), "Angstrom": by(1e10), "Nanometer": by(1e9), "Micrometer": by(1e6), "Millimeter": by(1e3),
		"Centimeter": by(1e2), "Decimeter": by(10), "Decameter": times(10), "Hectometer": times(1e2), "Kilometer": times(1e3),
		"Inch": times(0.0254), "Foot": times(0.3048), "Yard": times(0.9144), "NauticalMile": times(1852),
	}
}

func masses() map[string]scale {
	return map[string]scale{
		"Kilogram": times(1), "Gram": by(1e3), "Decagram": by(1e2), "Hectogram": by(10), "Decigram": by(1e4), "Centigram": by(1e5),
		"Milligram": by(1e6), "Microgram": by(1e9), "Nanogram": by(1e12), "Tonne": times(1e3), "Kilotonne": times(1e6),
		"Megatonne": times(1e9), "Pound": times(0.45359237),
	}
}

func speeds() map[string]scale {
	return map[string]scale{
		"MeterPerSecond": times(1), "MillimeterPerSecond": by(1e3), "CentimeterPerSecond": by(1e2), "KilometerPerSecond": times(1e3),
		"MeterPerMinute": by(60), "MeterPerHour": by(3600), "KilometerPerHour": by(3.6), "MilePerHour": times(0.44704),
		"FootPerSecond": times(0.3048),
	}
}

func temperatures() map[string]scale {
	return map[string]scale{
		"Kelvin": times(1), "DegreeCelsius": {offset: 273.15, factor: 1}, "DegreeFahrenheit": {offset: 459.67, factor: 1.8, divide: true},
		"DegreeRankine": by(1.8),
	}
}

func volumes() map[string]scale {
	return map[string]scale{
		"CubicMeter": times(1), "CubicKilometer": times(1e9), "CubicDecimeter": by(1e3), "CubicCentimeter": by(1e6), "CubicMillimeter": by(1e9),
		"Liter": by(1e3), "Deciliter": by(1e4), "Centiliter": by(1e5), "Milliliter": by(1e6), "Microliter": by(1e9), "Hectoliter": by(10),
		"Kiloliter": times(1), "AcreFoot": by(0.000810714),
	}
}
