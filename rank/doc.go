// Package rank is stage 3: it looks closely at the best few candidates and
// settles which one comes first.
//
// # Which ranker for which model
//
//	ranker            model                          calls         round trips
//	New               the strongest that sees        1 to α        1 to α
//	  with Speculate  the same, where time matters   α             1
//	NewListwise       many images, long reasoning    1, rarely 2   1, rarely 2
//	  with Sheet      one image, long reasoning      1, rarely 2   1, rarely 2
//	NewTournament     unsure, or swayed by order     α(α-1)        1
//	Captions          none                           0             0
//
// [New] asks of each candidate in turn whether it, next to the reference, is
// what was asked for, and stops at the first that is: the paper's way (section
// on pairwise ranking), and the default. It leaves the order alone where none
// is. A model that says yes too easily makes it keep what came first.
//
// [NewListwise] sees more candidates, 10, compares them with each other and
// orders them all, so it is the one for lists that are looked at as a whole.
// With many images a model is more likely to take one for another, and each
// that it wrongly takes for fitting competes for the first place: show fewer to
// a weaker model.
//
// [NewTournament] asks about two at a time, in both orders, and believes only
// what it hears twice. It is the most robust and the dearest.
//
// [Captions] compares captions with what the intent describes.
//
// # Measured
//
// The documentation of package imagescope compares whole searches. Here a
// scripted model checks 3 requirements on each image and errs in a share of
// the checks, at random; 2,000 queries, the right image among the first 3 of 10
// (go test ./rank -v -run Noise -queries 2000 prints this table, with a standard
// error of 0.01). Real errors repeat themselves more than these do, so take the
// gain of asking often for an upper bound.
//
//	                  first place right, with
//	                  0%, 10%, 20% errors     calls
//	no ranker         0.35   0.35   0.35      0
//	New, α 3          1.00   0.76   0.59      2.1; with Speculate 3
//	Listwise, α 3     1.00   0.76   0.60      1
//	Listwise, α 10    1.00   0.72   0.51      1
//	Tournament, α 3   1.00   0.88   0.69      6
package rank
