package simulate

import "slices"

// truth returns what happened, of what x holds.
func (w *world) truth(x *exports) Truth {
	t := Truth{
		Tenant: Tenant{
			ID: w.tenant.String(), Name: w.name, Domain: w.domain, Country: w.homeCountry.code,
			Users: w.o.Users, Start: w.start.time(), End: w.end.time(),
		},
		Attacks: []AttackTruth{}, LookAlikes: []LookAlike{}, Records: x.counts(),
	}
	for _, s := range w.strikes {
		told := s.truth
		told.Acts = slices.DeleteFunc(slices.Clone(told.Acts), func(a Act) bool { return !x.on[a.Export] })
		t.Attacks = append(t.Attacks, told)
	}
	slices.SortStableFunc(t.Attacks, func(a, b AttackTruth) int { return a.First.Compare(b.First) })
	for _, l := range w.lookAlikes {
		if x.on[l.Export] {
			t.LookAlikes = append(t.LookAlikes, l.LookAlike)
		}
	}
	return t
}

// verdicts returns what Identity Protection says of people at the end of the
// evidence.
func (w *world) verdicts() []verdict {
	var list []verdict
	for _, s := range w.strikes {
		if s.variant != Quiet {
			list = append(list, s.verdicts...)
		}
	}
	for _, l := range w.lookAlikes {
		list = append(list, l.verdicts...)
	}
	return slices.DeleteFunc(list, func(v verdict) bool { return v.at >= w.end })
}
