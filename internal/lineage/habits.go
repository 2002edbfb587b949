package lineage

import (
	"strings"
	"time"

	"github.com/conshelf/conshelf/kql/types"
)

// people are the tables of people's sign-ins that there are, as one.
func (s *search) people() string {
	var parts []string
	for _, l := range lenses() {
		if l.kind == signIns && s.have[l.table] {
			parts = append(parts, "("+l.text()+")")
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "union " + strings.Join(parts, ", ")
}

// begin asks when the sign-ins of the evidence begin: before that, nobody has a
// habit.
func (s *search) begin() error {
	people := s.people()
	if people == "" {
		return nil
	}
	return s.ask(people+" | summarize Begins = min(At)", false, func(v []types.Value) error {
		if v[0].Valid {
			s.begins = types.TimeOf(v[0].Int)
		}
		return nil
	})
}

// countSharers asks how many accounts got in from each network.
func (s *search) countSharers(networks map[string]bool) error {
	unknown := make(map[string]bool)
	for n := range networks {
		if _, ok := s.sharers[n]; !ok {
			unknown[n], s.sharers[n] = true, 0
		}
	}
	people := s.people()
	if people == "" || len(unknown) == 0 {
		return nil
	}
	return s.ask(people+" | where Done and Network in ("+list(unknown)+") | summarize by Account, Network | summarize Accounts = count(), Address = min(Network) by Network",
		false, func(v []types.Value) error {
			for n := range unknown {
				if n == v[0].Text || strings.Contains(n, ":") && networkOf(v[0].Text) == n {
					s.sharers[n] = int(v[1].Int)
				}
			}
			return nil
		})
}

// study asks for the habits of the accounts that the rows name: from which
// networks and with which devices they sign in, and since when.
func (s *search) study() error {
	unknown := make(map[string]bool)
	for _, r := range s.rows {
		if r.account != "" && r.done && !s.studied[r.account] {
			unknown[r.account] = true
		}
	}
	people := s.people()
	if people != "" && len(unknown) > 0 {
		text := people + " | where Done and Account in (" + list(unknown) + ") | summarize Since = min(At), Id = max(AccountId) by Account, Network, Device"
		err := s.ask(text, false, func(v []types.Value) error {
			account := v[0].Text
			s.habits[account] = append(s.habits[account], custom{network: networkOf(v[1].Text), device: v[2].Text, since: types.TimeOf(v[3].Int)})
			if v[4].Text != "" {
				s.names[v[4].Text] = account
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for account := range unknown {
		s.studied[account] = true
	}
	return s.studyServices()
}

// studyServices asks since when the applications that are asked for sign in.
func (s *search) studyServices() error {
	unknown := make(map[string]bool)
	for id := range s.asked.apps {
		if _, ok := s.served[id]; !ok {
			unknown[id], s.served[id] = true, time.Time{}
		}
	}
	if len(unknown) == 0 || !s.have["AADServicePrincipalSignInLogs"] {
		return nil
	}
	text := "AADServicePrincipalSignInLogs | where isnotnull(TimeGenerated) | extend AppId = tolower(AppId), Network = IPAddress | where AppId in (" + list(unknown) +
		") | summarize Since = min(TimeGenerated) by AppId, Network"
	return s.ask(text, false, func(v []types.Value) error {
		at := types.TimeOf(v[2].Int)
		if since := s.served[v[0].Text]; since.IsZero() || at.Before(since) {
			s.served[v[0].Text] = at
		}
		s.habits["app:"+v[0].Text] = append(s.habits["app:"+v[0].Text], custom{network: networkOf(v[1].Text), since: at})
		return nil
	})
}

// who is whoever did what the row tells: an account, or an application.
func (s *search) who(r *row) string {
	switch {
	case r.account != "":
		return r.account
	case r.accountID != "" && s.names[r.accountID] != "":
		return s.names[r.accountID]
	case r.appID != "":
		return "app:" + r.appID
	case r.principal != "":
		return "app:" + r.principal
	}
	return ""
}

// familiar tells whether the row looks like its account's own: with a device
// that it had long before, from a network that it used long before, or from
// one where it uses such a device.
func (s *search) familiar(r *row, since time.Time) bool {
	before := since.Add(-habit)
	habits := s.habits[s.who(r)]
	own := make(map[string]bool) // devices
	for _, c := range habits {
		if c.device != "" && c.since.Before(before) {
			own[c.device] = true
		}
	}
	if own[r.device] {
		return true
	}
	for _, c := range habits {
		if c.network != "" && c.network == r.network && (c.since.Before(before) || own[c.device]) {
			return true
		}
	}
	return false
}
