package condaccess

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// exportJSON says what to give instead of what is not read.
const exportJSON = "export the policies as JSON: Get-MgIdentityConditionalAccessPolicy | ConvertTo-Json -Depth 10"

// A form is a way to write policies down that is not read.
type form struct {
	name, hint string
}

// packedForm returns what the first bytes of a file tell it to be, if anything.
func packedForm(data []byte) *form {
	for _, f := range []struct {
		mark string
		form form
	}{
		{"PK\x03\x04", form{"a zip archive or an Excel workbook", "unpack it, or " + exportJSON}},
		{"\x1f\x8b", form{"compressed with gzip", "unpack it"}},
		{"\xff\xfe\x00\x00", form{"UTF-32", "write it as UTF-8"}},
		{"\x00\x00\xfe\xff", form{"UTF-32", "write it as UTF-8"}},
		{"SQLite format 3\x00", form{"a SQLite database, such as ROADrecon's", "take the policies out of it as JSON"}},
	} {
		if bytes.HasPrefix(data, []byte(f.mark)) {
			return &f.form
		}
	}
	return nil
}

// maxBeginning is how much of a text is looked at to tell what it is.
const maxBeginning = 4096

// textForm returns what a text that is not JSON begins like, if anything known.
func textForm(text []byte) *form {
	begins := bytes.TrimLeft(text, " \t\r\n")
	begins = begins[:min(len(begins), maxBeginning)]
	for _, f := range []struct {
		like string
		form form
	}{
		{`(?i)^(<\?xml[^>]*>)?\s*<Objs\s`, form{"PowerShell's CLIXML", exportJSON}},
		{`(?i)^(<!--|<!doctype html|<html|<head|<body)`, form{"a page of HTML, such as a server shows instead of policies", exportJSON}},
		{`^<`, form{"XML", exportJSON}},
		{`^HTTP/[0-9.]+ `, form{"an answer with the headers of HTTP", "keep only its body"}},
		{`^(//|/\*)`, form{"JSON with comments", "take them out"}},
		{`(?im)^\s*(Configuration\s+\w+\s*$|AADConditionalAccess\w+\s)`, form{"a configuration of Microsoft365DSC", exportJSON}},
		{`(?m)^\s*(resource|data|variable|locals|provider|terraform|module|output)\s*("[^"\n]*"\s*){0,2}\{`, form{"Terraform", exportJSON}},
		{`(?m)^\s*(targetScope\s*=|(resource|param|extension)\s+\w+)`, form{"Bicep", exportJSON}},
		{`(?m)\A[^\n]*\n[ \t]*-{2,}([ \t]+-{2,})+[ \t]*\r?$`, form{"a table that PowerShell printed", exportJSON}},
		{`\A\w+[ \t]+: `, form{"a list that PowerShell printed", exportJSON}},
		{`\A#TYPE `, form{"a table with separators (CSV), which does not hold policies whole", exportJSON}},
		{`\A"?\w[\w .]*"?([,;\t]"?\w[\w .]*"?)+\r?(\n|\z)`, form{"a table with separators (CSV), which does not hold policies whole", exportJSON}},
		{`(?m)\A(---\s*$|(- )?\w+:( |\r?$))`, form{"YAML", exportJSON}},
	} {
		if regexp.MustCompile(f.like).Match(begins) {
			return &f.form
		}
	}
	return nil
}

// foreign returns the error of a file that is not JSON, which says what the file
// is where its beginning tells.
func foreign(f *form, err error) error {
	if f == nil {
		return err
	}
	return fmt.Errorf("the text is not JSON; it is %s: %s", f.name, f.hint)
}

// foreignTool returns the name of the tool whose form of policies an object is
// in, or "".
func foreignTool(n *node) string {
	switch {
	case (n.has("terraform_version") || n.has("format_version")) && resemblesPolicy(n):
		return "Terraform"
	case strings.HasPrefix(fold(n.get("ResourceName").str()), "aadconditionalaccess"):
		return "Microsoft365DSC"
	}
	return ""
}

// failedAnswer returns the code of the error that an object is instead of what
// was asked for, or "": an answer of Graph, alone or in a batch, or of the
// service that gives tokens.
func failedAnswer(n *node) string {
	if code := n.first("error.code", "body.error.code"); code != nil {
		return code.shown()
	}
	if code := n.get("error"); code.kindIs(stringNode) && n.has("error_description") {
		return code.shown()
	}
	return ""
}
