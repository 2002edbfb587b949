package cli

import (
	"bufio"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/kql/types"
)

func tableOf(t *testing.T, width int, cols []types.Column, rows ...[]types.Value) string {
	t.Helper()
	for _, name := range []string{"TERM", "LC_ALL", "LC_CTYPE"} {
		t.Setenv(name, "")
	}
	var out strings.Builder
	w := newTableWriter(bufio.NewWriter(&out), cols, width)
	for _, row := range rows {
		if err := w.row(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTable(t *testing.T) {
	user, n, d := types.Column{Name: "User", Type: types.String}, types.Column{Name: "n", Type: types.Long}, types.Column{Name: "d", Type: types.Dynamic}
	many := columnsOf(types.String, "First", "Second", "Third", "Fourth")
	long := types.NewString("a value of some length")
	tests := []struct {
		name, lang string
		width      int
		cols       []types.Column
		rows       [][]types.Value
		want       string
	}{
		{
			name: "numbers to the right, wide letters measured, null beside an empty text",
			cols: []types.Column{user, n, d},
			rows: [][]types.Value{
				{types.NewString("日本"), types.NewLong(7), types.NewDynamic(`""`)},
				{types.NewString("adele"), types.NewLong(1234), types.NewDynamic(`[1]`)},
				{types.NewString(""), types.Null(types.Long), types.Null(types.Dynamic)},
			},
			want: "User      n  d\n─────  ────  ───\n日本      7  \"\"\nadele  1234  [1]\n\n",
		},
		{
			name: "cut to the width", width: 20, cols: []types.Column{user, n},
			rows: [][]types.Value{{long, types.NewLong(12)}},
			want: "User               n\n────────────────  ──\na value of some…  12\n(1 row, 1 cell cut to the terminal's width; piped, nothing is cut)\n",
		},
		{
			name: "a terminal of ASCII", lang: "C", width: 20, cols: []types.Column{user, n},
			rows: [][]types.Value{{long, types.NewLong(12)}},
			want: "User               n\n----------------  --\na value of some~  12\n(1 row, 1 cell cut to the terminal's width; piped, nothing is cut)\n",
		},
		{
			name: "no room side by side: nothing is cut", width: 30, cols: many,
			rows: [][]types.Value{{long, long, types.NewString(""), long}, {types.NewString(""), types.NewString("x"), types.NewString(""), types.NewString("")}},
			want: "─ row 1 ──────────────────────\nFirst   a value of some length\nSecond  a value of some length\nFourth  a value of some length\n" +
				"─ row 2 ──────────────────────\nSecond  x\n" +
				"(2 rows, one below the other: 4 columns have no room side by side; empty cells are left out)\n",
		},
		{
			name: "a pipe has every column", cols: many,
			rows: [][]types.Value{{long, long, types.NewString(""), long}},
			want: "First                   Second                  Third  Fourth\n" +
				"──────────────────────  ──────────────────────  ─────  ──────────────────────\n" +
				"a value of some length  a value of some length         a value of some length\n",
		},
		{name: "no rows", width: 30, cols: []types.Column{user, n}, want: "User  n\n────  ─\n(no rows)\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("LANG", test.lang)
			if diff := cmp.Diff(test.want, tableOf(t, test.width, test.cols, test.rows...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Rows that come after the columns were laid out are numbered on.
func TestTableOfManyRecords(t *testing.T) {
	cols := columnsOf(types.String, "First", "Second", "Third", "Fourth")
	row := []types.Value{types.NewString("a value of some length"), types.NewString("a value of some length"), types.NewString("a value of some length"), types.NewString("x")}
	rows := make([][]types.Value, tableRows+1)
	for i := range rows {
		rows[i] = row
	}
	got := tableOf(t, 20, cols, rows...)
	if !strings.Contains(got, " row 1 ") || !strings.Contains(got, " row 1000 ") || !strings.Contains(got, " row 1001 ") || strings.Contains(got, " row 1002 ") {
		t.Errorf("the records are numbered as %.200q …", got)
	}
}

// On a terminal CSV writes out what would act on it; elsewhere it has the value.
func TestCSVShown(t *testing.T) {
	cols := textColumns("a")
	for width, want := range map[int]string{0: "a\r\n\x1b[2J\u202e\r\n", 80: "a\r\n␛[2J\\u{202e}\r\n"} {
		var out strings.Builder
		w, err := newRowWriter("csv", &out, cols, width)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.row(texts("\x1b[2J\u202e")), w.close()); err != nil {
			t.Fatal(err)
		}
		if out.String() != want {
			t.Errorf("width %d: %q, want %q", width, out.String(), want)
		}
	}
}
