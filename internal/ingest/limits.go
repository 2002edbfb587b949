package ingest

// Limits bound what a hostile file can make the reader do. A zero field means
// the default.
type Limits struct {
	Unpacked   int64 // bytes that one compressed file may unpack to; 20 GiB
	Ratio      int64 // unpacked to packed bytes, per member; 200
	RatioFloor int64 // unpacked bytes below which Ratio is not looked at; 100 MiB
	Members    int   // members of one archive; 100,000
	Record     int   // bytes of one record; 64 MiB
	Depth      int   // nesting of one JSON record; 100
	Stdin      int64 // bytes of standard input, which is spooled to disk; 64 GiB
	Columns    int   // columns of one table beyond the published ones; 1,000
	Rejects    int   // rejects of one file that are told one by one; 100,000
}

const (
	mib = 1 << 20
	gib = 1 << 30

	rejectRaw      = 4 << 10 // bytes of a record that a reject quotes
	rejectRawTotal = 16 * mib
	batchBytes     = 32 * mib // text in a batch before it is handed over early
	maxColumnName  = 128
	maxMembers     = 20_000 // of one record
)

func (l Limits) withDefaults() Limits {
	orDefault(&l.Unpacked, 20*gib)
	orDefault(&l.Ratio, 200)
	orDefault(&l.RatioFloor, 100*mib)
	orDefault(&l.Members, 100_000)
	orDefault(&l.Record, 64*mib)
	orDefault(&l.Depth, 100)
	orDefault(&l.Stdin, 64*gib)
	orDefault(&l.Columns, 1000)
	orDefault(&l.Rejects, 100_000)
	return l
}

func orDefault[N int | int64](n *N, value N) {
	if *n == 0 {
		*n = value
	}
}
