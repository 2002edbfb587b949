package condaccess

import (
	"strings"
	"testing"
)

func TestDeviceRules(t *testing.T) {
	registered := Device{Registered: Yes, Attributes: map[string][]string{
		"model": {"Surface Pro"}, "iscompliant": {"true"}, "trusttype": {"AzureAD"}, "physicalids": {"[ZTDId]:1", "[GID]:2"}, "manufacturer": nil,
		"extensionattribute1": {"SAW"},
	}}
	workplace := Device{Registered: Yes, Managed: No, Attributes: map[string][]string{"iscompliant": {"false"}, "trusttype": {"Workplace"}, "extensionattribute1": {"SAW"}}}
	unregistered := Device{Registered: No}
	for _, test := range []struct {
		name   string
		rule   string
		device Device
		want   Truth
	}{
		{"case does not count", `DEVICE.Model -EQ "surface pro"`, registered, Yes},
		{"-and binds tighter than -or", `device.model -eq "Surface Pro" -or device.model -eq "b" -and device.model -eq "c"`, registered, Yes},
		{"-not binds tightest", `-not device.model -eq "x" -and device.model -startsWith "Surface"`, registered, Yes},
		{"parentheses", `(device.model -eq "Surface Pro" -or device.model -eq "b") -and device.model -eq "c"`, registered, No},
		{"a bare word", `device.isCompliant -eq True`, registered, Yes},
		{"a word in quotes", `device.isCompliant -eq "True"`, registered, Yes},
		{"a list", `device.model -in ["a", "Surface Pro"]`, registered, Yes},
		{"not in a list", `device.model -notIn ["a", "Surface Pro"]`, registered, No},
		{"ends with", `device.model -endsWith "PRO"`, registered, Yes},
		{"a part of a text", `device.model -contains "face"`, registered, Yes},
		{"a part of a member is no member", `device.physicalIds -contains "ZTDId"`, registered, No},
		{"a member", `device.physicalIds -contains "[ztdid]:1"`, registered, Yes},
		{"no such member", `device.physicalIds -notContains "[ztdid]:3"`, registered, Yes},
		{"logs have another word", `device.trustType -eq "Azure AD joined"`, registered, Yes},
		{"null meets what is negative", `device.manufacturer -ne "x"`, registered, Yes},
		{"null fails what is positive", `device.manufacturer -startsWith ""`, registered, No},
		{"null is null", `device.manufacturer -eq null`, registered, Yes},
		{"a value is not null", `device.model -ne null`, registered, Yes},
		{"not known", `device.displayName -eq "x"`, registered, Unsure},
		{"not known, and it does not matter", `device.displayName -eq "x" -or device.model -contains "Pro"`, registered, Yes},
		{"-not leaves open what is open", `-not device.displayName -eq "x"`, registered, Unsure},
		{"unregistered, positive", `device.model -in ["x"]`, unregistered, No},
		{"unregistered, negative", `device.isCompliant -ne True`, unregistered, Yes},
		{"unregistered, -not", `-not (device.model -startsWith "x")`, unregistered, Yes},
		{"extension attribute of a compliant device", `device.extensionAttribute1 -eq "saw"`, registered, Yes},
		{"extension attribute of another", `device.extensionAttribute1 -eq "saw"`, workplace, No},
		{"extension attribute of another, negative: documents disagree", `device.extensionAttribute1 -ne "saw"`, workplace, Unsure},
		{"nothing known of the device", `device.model -eq "x"`, Device{}, Unsure},
		{"a backtick keeps a quote", "device.model -ne \"a`\"b\"", registered, Yes},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, err := ParseDeviceRule(test.rule)
			if err != nil {
				t.Fatal(err)
			}
			got := match(e, func(name string) ([]string, Truth) { return test.device.lookup(name, false) })
			if got != test.want {
				t.Errorf("%s = %v, want %v", test.rule, got, test.want)
			}
		})
	}
}

func TestDeviceRulesThatDoNotParse(t *testing.T) {
	for _, test := range []struct{ rule, want string }{
		{"", "the rule ends where an attribute such as device.… should be"},
		{"device.model", "the rule ends where an operator such as -eq should be"},
		{`device.colour -eq "x"`, `character 1: "device.colour" stands where`},
		{`device.extensionAttribute16 -eq "x"`, `character 1: "device.extensionAttribute16" stands where`},
		{`device.extensionAttribute01 -eq "x"`, `character 1:`},
		{`user.department -eq "x"`, `character 1:`},
		{`device.model -like "x"`, `character 14: "like" stands where an operator such as -eq should be`},
		{`device.model eq "x"`, `character 14: "eq" stands where`},
		{`device.model -eq x`, `character 18: "x" stands where a value in quotes`},
		{`device.model -eq "x`, `character 18: a quote is not closed`},
		{`device.model -eq "x" device.model -eq "y"`, `character 22:`},
		{`(device.model -eq "x"`, `the rule ends where ) should be`},
		{`device.model -in "x"`, `character 18: "x" stands where a list`},
		{`device.model -in ["x" "y"]`, `character 23: "y" stands where , or ]`},
		{strings.Repeat("(", 1000), "the rule is nested too deeply"},
		{strings.Repeat("-not ", 600), "the rule is nested too deeply"},
		{strings.Repeat("x", 3073), "the rule has more than 3072 characters"},
	} {
		_, err := ParseDeviceRule(test.rule)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%.40q: %v, want %s", test.rule, err, test.want)
		}
	}
}

func TestAttributeRule(t *testing.T) {
	e, err := ParseAttributeRule(`CustomSecurityAttribute.Engineering_Project -eq "Baker" -and CustomSecurityAttribute.Engineering_Cost -contains "1"`)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string][]string{"engineering_project": {"Baker"}, "engineering_cost": {"10"}}
	if got := match(e, func(name string) ([]string, Truth) { return values[name], Yes }); got != Yes {
		t.Errorf("%v, want yes", got)
	}
}

// FuzzDeviceRule: a rule parses or is refused; one that parses answers for any
// device, and -not of it answers the contrary.
func FuzzDeviceRule(f *testing.F) {
	for _, rule := range []string{`device.model -eq "x"`, `-not (device.isCompliant -eq True) -or device.physicalIds -contains "y"`, `device.model -in ["a","b"]`, "((("} {
		f.Add(rule)
	}
	f.Fuzz(func(t *testing.T, rule string) {
		e, err := ParseDeviceRule(rule)
		if err != nil {
			return
		}
		for _, d := range []Device{{}, {Registered: No}, {Registered: Yes, Attributes: map[string][]string{"model": {"x"}}}} {
			get := func(name string) ([]string, Truth) { return d.lookup(name, false) }
			if got, not := match(e, get), match(&NotExpr{e}, get); not != got.Not() {
				t.Errorf("%q is %v, and -not of it %v", rule, got, not)
			}
		}
	})
}
