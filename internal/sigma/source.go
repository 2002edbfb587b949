package sigma

import (
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
)

// A logSource is what a rule says of the logs that it is about.
type logSource struct {
	product, service, category string
}

func (s logSource) String() string {
	var parts []string
	for _, p := range []struct{ key, value string }{{"product", s.product}, {"service", s.service}, {"category", s.category}} {
		if p.value != "" {
			parts = append(parts, p.key+" "+p.value)
		}
	}
	return strings.Join(parts, ", ")
}

// readLogSource reads what logs the rule is about.
func (d *Document) readLogSource() {
	n := d.node.Value("logsource")
	if n == nil {
		d.errorf(d.node, "the rule has no logsource")
		return
	}
	for _, e := range n.Entries {
		value := strings.ToLower(d.text(e.Value))
		switch e.Key {
		case "product":
			d.source.product = value
		case "service":
			d.source.service = value
		case "category":
			d.source.category = value
		}
	}
	if d.node.Has("filter") {
		return // the rules that it filters say which tables
	}
	if _, err := tablesOf(d.source); err != nil {
		d.Diagnostics.Errorf(n.At, diag.Unsupported, "%v", err)
	}
}

// tablesOf returns the tables that hold the logs of a source.
func tablesOf(s logSource) ([]table, error) {
	if s.category != "" {
		return nil, fmt.Errorf("no table is known that holds the logs of %s", s)
	}
	switch s.product + "/" + s.service {
	case "azure/signinlogs":
		return []table{interactiveSignIns(), otherSignIns()}, nil
	case "azure/auditlogs", "azure/azuread":
		return []table{directoryAudits()}, nil
	case "azure/pim":
		return []table{privilegedAccess()}, nil
	case "azure/activitylogs", "azure/azureactivity":
		return []table{azureActivity()}, nil
	case "azure/riskdetection":
		return []table{riskDetections()}, nil
	case "azure/microsoftgraphactivitylogs":
		return []table{graphActivity()}, nil
	case "m365/audit", "m365/", "office365/", "office365/audit":
		return []table{officeActivity("")}, nil
	case "m365/exchange", "office365/exchange":
		return []table{officeActivity(`OfficeWorkload =~ "Exchange"`)}, nil
	case "m365/sharepoint", "office365/sharepoint":
		return []table{officeActivity(`OfficeWorkload in~ ("SharePoint", "OneDrive")`)}, nil
	case "m365/teams", "office365/teams":
		return []table{officeActivity(`OfficeWorkload =~ "MicrosoftTeams"`)}, nil
	case "m365/threat_management", "m365/threat_detection", "office365/threat_management":
		return []table{securityAlerts()}, nil
	}
	return nil, fmt.Errorf("no table is known that holds the logs of %s", s)
}
