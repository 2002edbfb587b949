package units

import (
	"math"
	"testing"
)

func TestConvert(t *testing.T) {
	for _, test := range []struct {
		quantity string
		value    float64
		from, to string
		want     float64
	}{
		{"length", 1.5, "Kilometer", "Meter", 1500},
		{"length", 1, "Foot", "Inch", 12},
		{"mass", 2, "Tonne", "Gram", 2e6},
		{"temperature", 100, "DegreeCelsius", "DegreeFahrenheit", 212},
		{"temperature", 0, "Kelvin", "DegreeCelsius", -273.15},
		{"speed", 36, "KilometerPerHour", "MeterPerSecond", 10},
		{"angle", 180, "Degree", "Radian", math.Pi},
		{"energy", 1, "KilowattHour", "Megajoule", 3.6},
		{"force", 5, "Newton", "Dyn", 5e5},
		{"volume", 3, "Liter", "CubicCentimeter", 3000},
		{"volume", 0.1, "Liter", "Liter", 0.1},
	} {
		got, err := Convert(test.quantity, test.value, test.from, test.to)
		if err != nil || math.Abs(got-test.want) > 1e-12*math.Abs(test.want) {
			t.Errorf("Convert(%v) = %v, %v", test, got, err)
		}
	}
	for _, bad := range [][3]string{{"length", "Meter", "Liter"}, {"length", "meter", "Foot"}, {"time", "Second", "Hour"}} {
		if got, err := Convert(bad[0], 1, bad[1], bad[2]); err == nil {
			t.Errorf("Convert(%v) = %v; want an error", bad, got)
		}
	}
}
