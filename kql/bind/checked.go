package bind

import (
	"slices"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
)

// takesChecked tells whether a call with n arguments is one that is only
// looked at.
func takesChecked(f *builtin.Function, n int) bool {
	return slices.ContainsFunc(f.Checked, func(s builtin.Signature) bool { return takes(&s, n) })
}

// checkedCall binds a call that no signature takes: one that Microsoft's
// binder takes is looked at, and not run; others are errors.
func (b *binder) checkedCall(x *syntax.Call, f *builtin.Function, args []plan.Expr) plan.Expr {
	for i := range f.Checked {
		if s := &f.Checked[i]; signatureCost(s, args) != impossible {
			return b.decline(x, diag.TypeMismatch, x.Func.Text+" of these arguments is not supported: no documentation says what it gives", "", apply(f, s, args).T)
		}
	}
	if b.countArgs(x, f, len(args)) {
		b.wrongArguments(x, f, args)
	}
	return b.failed(x)
}
