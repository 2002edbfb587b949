package incident

import "cmp"

// CompareGaps orders gaps by kind, subject, tenant, window and reason.
func CompareGaps(a, b Gap) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Tenant, b.Tenant),
		a.Window.From.Compare(b.Window.From), a.Window.To.Compare(b.Window.To),
		cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Consequence, b.Consequence))
}
