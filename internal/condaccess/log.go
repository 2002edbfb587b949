package condaccess

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// LogConditions is a set of conditions as the sign-in log numbers them.
type LogConditions uint32

// The conditions of the log.
const (
	LogApplication LogConditions = 1 << iota
	LogUsers
	LogDevicePlatform
	LogLocation
	LogClientType
	LogSignInRisk
	LogUserRisk
	LogTime
	LogDeviceState
	LogClient
	LogAddressSeenByEntra
	LogAddressSeenByResource
	LogUnknown
	LogServicePrincipals
	LogServicePrincipalRisk
	LogAuthenticationFlows
	LogInsiderRisk
)

func logConditionNames() []string {
	return []string{
		"application", "users", "devicePlatform", "location", "clientType", "signInRisk", "userRisk", "time", "deviceState", "client",
		"ipAddressSeenByAzureAD", "ipAddressSeenByResourceProvider", "unknownFutureValue", "servicePrincipals", "servicePrincipalRisk",
		"authenticationFlows", "insiderRisk",
	}
}

// Names returns Graph's names of the conditions, and the numbers of those that
// have none.
func (c LogConditions) Names() []string {
	out := []string{}
	names := logConditionNames()
	for rest := uint32(c); rest != 0; rest &= rest - 1 {
		if n := bits.TrailingZeros32(rest); n < len(names) {
			out = append(out, names[n])
		} else {
			out = append(out, strconv.FormatUint(1<<n, 10))
		}
	}
	return out
}

// parseLogConditions reads a number, as Log Analytics has it, or names with
// commas between, as Graph has them.
func parseLogConditions(s string) (LogConditions, bool) {
	if n, err := strconv.ParseUint(s, 10, 32); err == nil {
		return LogConditions(n), true
	}
	var out LogConditions
	for name := range strings.SplitSeq(s, ",") {
		name = strings.TrimSpace(name)
		found := strings.EqualFold(name, "none")
		for i, known := range logConditionNames() {
			if strings.EqualFold(name, known) {
				out |= 1 << i
				found = true
			}
		}
		if !found {
			return 0, false
		}
	}
	return out, true
}

// A Recorded result is what a sign-in log says of one policy.
type Recorded struct {
	ID, Name     string
	Result       Result
	Satisfied    LogConditions
	NotSatisfied LogConditions
	// Conditions says that the record has the two sets: Graph's v1.0 has not.
	Conditions bool
	Grant      []string
	Session    []string
}

// ReadRecorded returns what a record of a sign-in log says of each policy. A
// record without the list gives none.
func ReadRecorded(data []byte) ([]Recorded, error) {
	text, err := DecodeText(data)
	if err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	nodes, err := parseNodes(text)
	if err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	return recordedIn(nodes[0]), nil
}

func recordedIn(n *node) []Recorded {
	r := signInReader{sources: sources(n)}
	var out []Recorded
	for _, n := range r.first("conditionalAccessPolicies", "appliedConditionalAccessPolicies").objects() {
		out = append(out, readRecorded(n))
	}
	return out
}

// A LogRecord is a record of a sign-in log: the sign-in, what is recorded of each
// policy, and the names that are shown of it.
type LogRecord struct {
	SignIn    *SignIn
	Recorded  []Recorded
	User, App string
	Result    string // its code; 0 is a success
}

// ReadLogRecord reads a row of a table of sign-ins, as a JSON object.
func ReadLogRecord(row []byte) (LogRecord, error) {
	n, err := readObject(row)
	if err != nil {
		return LogRecord{}, err
	}
	out := LogRecord{Recorded: recordedIn(n), Result: n.get("ResultType").str()}
	out.SignIn, _ = readSignIn(n)
	out.User = cmp.Or(n.get("UserPrincipalName").str(), n.get("ServicePrincipalName").str())
	out.App = cmp.Or(n.get("AppDisplayName").str(), n.get("ResourceDisplayName").str())
	return out, nil
}

func readRecorded(n *node) Recorded {
	r := Recorded{
		ID: n.get("id").str(), Name: n.get("displayName").str(), Result: Result(n.get("result").str()),
		Grant: n.get("enforcedGrantControls").stringsOf(), Session: n.get("enforcedSessionControls").stringsOf(),
	}
	yes, no := n.get("conditionsSatisfied"), n.get("conditionsNotSatisfied")
	if yes == nil || no == nil {
		return r
	}
	var ok, also bool
	r.Satisfied, ok = parseLogConditions(yes.str())
	r.NotSatisfied, also = parseLogConditions(no.str())
	r.Conditions = ok && also
	return r
}

// Check tells whether a recorded result can have come from Entra's order of
// evaluation: nothing of a policy that is off, the application first, the users
// second, then all the rest.
func (r Recorded) Check() error {
	yes, no := r.Satisfied, r.NotSatisfied
	fail := func(rule string) error {
		return fmt.Errorf("%s is %s with %v satisfied and %v not: %s", r.Name, r.Result, yes.Names(), no.Names(), rule)
	}
	applied := r.Result == Success || r.Result == Failure || r.Result == ReportOnlySuccess || r.Result == ReportOnlyFailure || r.Result == ReportOnlyInterrupted
	switch {
	case !r.Conditions:
		return nil
	case r.Result == NotEnabled && yes|no != 0:
		return fail("a policy that is off is not evaluated")
	case r.Result == NotEnabled:
		return nil
	case yes&no != 0:
		return fail("a condition is both")
	case applied && no != 0:
		return fail("a policy that applies leaves nothing unsatisfied")
	case no&LogApplication != 0 && (yes != 0 || no != LogApplication):
		return fail("after the application nothing is evaluated")
	case no&LogUsers != 0 && (yes != LogApplication || no != LogUsers):
		return fail("after the users nothing is evaluated")
	case (r.Result == NotApplied || r.Result == ReportOnlyNotApplied) && no == 0:
		return fail("something rules out a policy that does not apply")
	case no&(LogApplication|LogUsers) == 0 && yes&(LogApplication|LogUsers) != LogApplication|LogUsers:
		return fail("the rest is evaluated after application and users")
	}
	return nil
}

// MarshalJSON writes the result with the names of its conditions.
func (c LogConditions) MarshalJSON() ([]byte, error) { return json.Marshal(c.Names()) }
