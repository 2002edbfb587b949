// Package gaps says, exactly and for all sign-ins at once, what Conditional
// Access policies leave open: to whom, for which resources, under which
// conditions.
//
// A policy covers a product of sets: of principals, of resources, of places and
// so on. Each of them is cut into the classes that the policies tell apart, and
// what a class is in is asked of the evaluator. A decision diagram over the
// classes then holds every sign-in there can be:
//
//	Evaluator ──▶ universe of atoms ──▶ layers of classes ──▶ diagram ──▶ regions, each with a witness
//
// Its one rule: nothing is sampled, and nobody is left out who is not named: the
// users who are to come, the places that no location holds and the applications
// that no policy names are classes like the others. What is not known makes two
// diagrams: of what is certainly open and of what may be.
package gaps
