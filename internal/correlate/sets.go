package correlate

// A partition is a union-find forest over the numbers below its length. The
// root of a set is its least member, so that the result does not depend on
// the order of the joins.
type partition []int

func newPartition(n int) partition {
	p := make(partition, n)
	for i := range p {
		p[i] = i
	}
	return p
}

func (p partition) root(i int) int {
	for p[i] != i {
		p[i] = p[p[i]]
		i = p[i]
	}
	return i
}

func (p partition) join(i, j int) {
	i, j = p.root(i), p.root(j)
	p[max(i, j)] = min(i, j)
}
