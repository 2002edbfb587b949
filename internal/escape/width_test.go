package escape

import "testing"

func TestCells(t *testing.T) {
	for text, want := range map[string]int{"": 0, "adele": 5, "naïve": 5, "nai\u0308ve": 5, "日本": 4, "😀": 2, "␛[31m": 5} {
		if got := Cells(text); got != want {
			t.Errorf("Cells(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	tests := []struct {
		text  string
		width int
		want  string
	}{
		{"adele", 5, "adele"},
		{"adele", 4, "ade…"},
		{"日本語", 6, "日本語"},
		{"日本語", 5, "日本…"},
		{"日本語", 4, "日…"}, // half a letter is none
		{"nai\u0308ve", 5, "nai\u0308ve"},
		{"", 1, ""},
	}
	for _, test := range tests {
		if got := Cut(test.text, test.width, "…"); got != test.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", test.text, test.width, got, test.want)
		}
		if got := Cut(test.text, test.width, "…"); Cells(got) > test.width {
			t.Errorf("Cut(%q, %d) = %q is wider", test.text, test.width, got)
		}
	}
	if got := Cut("adele", 4, "..."); got != "a..." {
		t.Errorf("Cut with three periods = %q", got)
	}
}
