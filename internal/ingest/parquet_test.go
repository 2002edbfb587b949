package ingest

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/conshelf/conshelf/internal/engine"
)

type parquetSignIn struct {
	TimeGenerated   time.Time       `parquet:"TimeGenerated,timestamp(microsecond)"`
	CreatedDateTime *time.Time      `parquet:"CreatedDateTime,optional,timestamp(nanosecond)"`
	Type            string          `parquet:"Type"`
	Id              string          `parquet:"Id"`
	ResultType      int64           `parquet:"ResultType"`
	IsInteractive   *bool           `parquet:"IsInteractive,optional"`
	DeviceDetail    string          `parquet:"DeviceDetail"`
	Status          *parquetStatus  `parquet:"Status,optional"`
	Policies        []parquetPolicy `parquet:"ConditionalAccessPolicies,list"`
	Tags            []string        `parquet:"Tags"`
	Score           float64         `parquet:"Score"`
	Empty           *string         `parquet:"Empty,optional"`
	CorrelationId   [16]byte        `parquet:"CorrelationId,uuid"`
}

type parquetStatus struct {
	ErrorCode int32  `parquet:"errorCode"`
	Reason    string `parquet:"failureReason,optional"`
}

type parquetPolicy struct {
	Id     string   `parquet:"id"`
	Grants []string `parquet:"grants"`
}

func parquetBytes[T any](t testing.TB, rows []T, options ...parquet.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, options...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func parquetSample(t testing.TB) []byte {
	yes, created := true, time.Date(2026, 3, 4, 5, 6, 6, 123456789, time.UTC)
	return parquetBytes(t, []parquetSignIn{
		{
			TimeGenerated: time.Date(2026, 3, 4, 5, 6, 7, 123456000, time.UTC), CreatedDateTime: &created, Type: "SigninLogs", Id: "a1",
			ResultType: 50126, IsInteractive: &yes, DeviceDetail: `{"browser": "Edge"}`, Status: &parquetStatus{50126, "say \"no\""},
			Policies: []parquetPolicy{{"p1", []string{"mfa", "block"}}, {"p2", nil}}, Tags: []string{"x", "y"}, Score: 0.5, CorrelationId: [16]byte{0xC0, 15: 1},
		},
		{TimeGenerated: time.Date(2026, 3, 4, 5, 6, 8, 0, time.UTC), Type: "AADNonInteractiveUserSignInLogs", Id: "a2", DeviceDetail: `{"browser":"Edge"}`, CorrelationId: [16]byte{0xC0, 15: 2}},
		{TimeGenerated: time.Date(2026, 3, 4, 5, 6, 9, 0, time.UTC), Type: "NoSuchTable", Id: "a3"},
	}, parquet.Compression(&parquet.Zstd))
}

// Rows of Parquet have the types that their table has; what is nested is the
// object or array that it was before it was taken apart.
func TestParquet(t *testing.T) {
	for name, data := range map[string]string{
		"plain":  string(parquetSample(t)),
		"gzip":   string(gzipped(t, parquetSample(t))),
		"in zip": zipped(t, map[string]string{"part-0.parquet": string(parquetSample(t))}),
	} {
		m := &memory{}
		got := ingestInto(t, m, Options{}, nil, write(t, map[string]string{"export": data}))
		f := got.files[0]
		if f.Format != "log-analytics" || f.Counts.Read != 3 || f.Counts.Stored != 2 || f.Problem != "" {
			t.Fatalf("%s: %+v", name, f)
		}
		if len(got.rejects) != 1 || got.rejects[0].Record != 3 || !strings.Contains(got.rejects[0].Raw, `"Id":"a3"`) {
			t.Errorf("%s: rejects %+v", name, got.rejects)
		}
		var rows strings.Builder
		for _, r := range m.rows {
			tellRow(&rows, r)
		}
		if diff := cmp.Diff(parquetRowsWant, rows.String()); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

const parquetRowsWant = `AADNonInteractiveUserSignInLogs: file 1 record 2 tenant ""
  ConditionalAccessPolicies:string "[]"
  CorrelationId:string "c0000000-0000-0000-0000-000000000002"
  DeviceDetail:string "{\"browser\":\"Edge\"}"
  Id:string "a2"
  ResultType:string "0"
  Score:dynamic 0
  Tags:dynamic []
  TimeGenerated:datetime 2026-03-04T05:06:08.0000000Z
  Type:string "AADNonInteractiveUserSignInLogs"
SigninLogs: file 1 record 1 tenant ""
  ConditionalAccessPolicies:dynamic [{"id":"p1","grants":["mfa","block"]},{"id":"p2","grants":[]}]
  CorrelationId:string "c0000000-0000-0000-0000-000000000001"
  CreatedDateTime:datetime 2026-03-04T05:06:06.1234567Z
  DeviceDetail:dynamic {"browser":"Edge"}
  Id:string "a1"
  IsInteractive:bool true
  ResultType:string "50126"
  Score:dynamic 0.5
  Status:dynamic {"errorCode":50126,"failureReason":"say \"no\""}
  Tags:dynamic ["x","y"]
  TimeGenerated:datetime 2026-03-04T05:06:07.1234560Z
  Type:string "SigninLogs"
`

// A Parquet file that is cut, that lies about itself, or is no such file at all
// is one reject at least, and never a crash.
func TestParquetThatCannotBe(t *testing.T) {
	whole := parquetSample(t)
	huge := bytes.Clone(whole)
	binary.LittleEndian.PutUint32(huge[len(huge)-8:], 1<<31)
	// A footer that has a list of 2^31 columns.
	list := append([]byte("PAR1"), 0x15, 0x02, 0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0)
	list = append(binary.LittleEndian.AppendUint32(list, 10), "PAR1"...)
	for name, data := range map[string][]byte{
		"cut": whole[:len(whole)/2], "magic": []byte("PAR1"), "huge": huge, "list": list,
		"encrypted": append(bytes.Clone(whole[:len(whole)-4]), "PARE"...),
	} {
		got := ingestInto(t, &memory{}, Options{}, nil, write(t, map[string]string{"a.parquet": string(data)}))
		f := got.files[0]
		if f.Problem == "" || f.Counts.Stored != 0 || f.Counts.Quarantined == 0 {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// No byte of a Parquet file, whatever it is changed to, breaks the reading.
func TestParquetWithAWrongByte(t *testing.T) {
	whole := parquetSample(t)
	for i := 4; i < len(whole); i += 5 {
		changed := bytes.Clone(whole)
		changed[i] ^= 0x81
		readParquet(changed)
	}
}

// readParquet reads the rows of a file, up to a bound.
func readParquet(data []byte) {
	frames, err := newParquetFrames(bytes.NewReader(data), int64(len(data)), Limits{}.withDefaults())
	if err != nil {
		return
	}
	var r record
	for n := 0; n < engine.BatchRows && frames.next(&r); n++ {
		appendRecord(nil, r.members)
	}
}

func FuzzParquet(f *testing.F) {
	f.Add(parquetSample(f)[len(parquetMagic):])
	f.Fuzz(func(_ *testing.T, data []byte) {
		readParquet(append([]byte(parquetMagic), data...))
	})
}
