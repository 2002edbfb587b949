package simulate

import "time"

// serve returns what a service does on a day: it signs in at a steady pace,
// and some read their own secrets each time.
func (w *world) serve(s *service, n int) []record {
	d := roll(w.o.Seed, forVault, uint64(n), uint64(s.key[0]), uint64(s.key[1]))
	from := w.start + instant(n)*day
	var list []record
	for i := range s.perDay {
		width := day / instant(s.perDay)
		at := from + width*instant(i) + d.between(0, width/2)
		list = append(list, &serviceSignIn{at: at, id: d.guid(), correlation: d.guid(), token: d.guid(), app: &s.app, net: &s.net, key: s.key})
		if s.app.resourceID == graphID {
			list = append(list, s.callsGraph(&d, at+second))
		}
		if s.keepVault {
			list = append(list, w.readSecrets(&d, s, at+second)...)
		}
	}
	return list
}

// readSecrets returns the reads of the two secrets that are s's.
func (w *world) readSecrets(d *dice, s *service, at instant) []record {
	var list []record
	for i := range 2 {
		at += d.between(second/10, second)
		list = append(list, &vaultCall{
			at: at, correlation: d.guid(), operation: "SecretGet", secret: (int(s.key[2]) + i) % len(w.azure.secrets),
			byApp: &s.app, ip: s.net.ip, agent: "azsdk-net-Security.KeyVault.Secrets/4.6.0", took: 10 + d.below(40),
		})
	}
	return list
}

// operations returns what is done to the subscription on a day: machines start
// and stop by themselves, and an administrator works in office hours.
func (w *world) operations(n int) []record {
	d := roll(w.o.Seed, forAzure, 1, uint64(n))
	runner := &w.services[2]
	var list []record
	for i, action := range []string{"Microsoft.Compute/virtualMachines/start/action", "Microsoft.Compute/virtualMachines/deallocate/action"} {
		at := w.local(w.homeCountry, n, 6*hour+30*minute+instant(i)*13*hour+d.between(0, 5*minute))
		p := operation{at: at, correlation: d.guid(), token: d.guid(), action: action, resource: w.azure.machineID(1), byApp: &runner.app, ip: runner.net.ip}
		list = append(list, p.pair(&d)...)
	}
	if wd := w.weekday(n); wd != time.Saturday && wd != time.Sunday {
		list = append(list, w.maintenance(&d, n)...)
	}
	return within(w, list)
}

func (w *world) maintenance(d *dice, n int) []record {
	by := w.admin(d, cloudAdmin)
	var list []record
	for range 1 + d.below(3) {
		at := w.local(w.homeCountry, n, 9*hour+d.between(0, 7*hour))
		action := pick(d, []string{"Microsoft.Compute/virtualMachines/restart/action", "Microsoft.Compute/virtualMachines/write", "Microsoft.Resources/tags/write"})
		p := operation{at: at, correlation: d.guid(), token: d.guid(), action: action, resource: w.azure.machineID(1 + d.below(5)), by: by, ip: by.office.ip}
		list = append(list, p.pair(d)...)
	}
	return list
}

// within drops the records that are outside the evidence.
func within(w *world, list []record) []record {
	kept := list[:0]
	for _, r := range list {
		if at := r.when(); at >= w.start && at < w.end {
			kept = append(kept, r)
		}
	}
	return kept
}
