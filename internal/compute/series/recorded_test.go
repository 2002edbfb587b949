package series

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// recorded returns the rows that Kusto answered to a query, or skips the test
// where the samples are not beside the checkout.
func recorded(t *testing.T, id string) [][][]float64 {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "data", "kql", "engine_docs.jsonl"))
	if err != nil {
		t.Skip("the recorded answers are absent: the samples are not beside this checkout")
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var answer struct {
			ID   string
			Rows [][]json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		if answer.ID != id {
			continue
		}
		rows := make([][][]float64, len(answer.Rows))
		for i, row := range answer.Rows {
			rows[i] = make([][]float64, len(row))
			for k, cell := range row {
				_ = json.Unmarshal(cell, &rows[i][k]) // what is no series stays empty
			}
		}
		return rows
	}
	t.Fatalf("no answer to %s is recorded", id)
	return nil
}

func compare(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d values, want %d", what, len(got), len(want))
	}
	for i := range got {
		if math.Abs(got[i]-want[i]) > 1e-9*max(1, math.Abs(want[i])) {
			t.Fatalf("%s %d = %v, want %v", what, i, got[i], want[i])
		}
	}
}

// The queries of these answers make their series at random; the answers hold
// it, so that what Kusto made of it can be compared.
func TestRecordedDecompositions(t *testing.T) {
	for id, trend := range map[string]Trend{
		"series-decompose-function-00": Average, "series-decompose-function-01": Average, "series-decompose-function-02": LineFit,
	} {
		row := recorded(t, id)[0]
		p, err := Decompose(row[1], Options{Seasonality: Auto, Trend: trend, Threshold: Threshold})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, id+" baseline", p.Baseline, row[2])
		compare(t, id+" seasonal", p.Seasonal, row[3])
		compare(t, id+" trend", p.Trend, row[4])
		compare(t, id+" residual", p.Residual, row[5])
	}
}

func TestRecordedForecast(t *testing.T) {
	row := recorded(t, "series-decompose-forecast-function-00")[0]
	p, err := Decompose(row[0], Options{Seasonality: Auto, Trend: LineFit, TestPoints: 24 * 7, Threshold: Threshold})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "forecast", p.Baseline, row[2])
}

func TestRecordedOutliers(t *testing.T) {
	row := recorded(t, "series-outliers-function-00")[0]
	scores, err := Outliers(row[1], Deciles, 0)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "score", scores, row[2])
}
