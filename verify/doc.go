// Package verify is stage 2: it turns an intent into propositions and checks
// the best candidates against them.
//
// [New] asks models, as the paper does (section on proposition verification).
// [Captions] needs none: it answers by what the candidates' captions say. Which
// way to ask suits which model is told in the documentation of package
// imagescope; verify/modeltest has a model to try them on.
//
// # What captions answer
//
// [Captions] compares noun phrases. A thing is there where the caption names
// it, or a kind of it, with all the qualities that the question gives it; the
// numbers of all such phrases in a sentence are added up; "without a dog" and
// "no dogs" say that it is not there. Times of day and weathers are told apart
// by their words, rooms tell that a picture is taken indoors. That two things
// stand in a relation, "a cat under a table", is answered by whether both are
// there. What the caption does not say is a no, whatever the picture shows: so
// captions that tell much are served better than those that tell little. Where
// the query is a plain description and the captions are short, retrieval by the
// same words has said it all already, and checking them reorders good results
// by what the captions happen to mention: leave stage 2 out then. Its use is
// with changes, numbers and exclusions.
//
// # Confidence, and what it is worth
//
// Counting yes and no takes every answer for certain, and one wrong answer puts
// the right image behind all that were lucky. Options.Confidence asks how sure
// each answer is, and the order [Scored] lets unsure answers weigh less and the
// retrieval score break what is nearly even: prior^a · m^(1−a).
//
// Measured on drawn scenes: a query asks for three things, ten near misses of
// what it means are in the gallery, and retrieval finds the right one first in
// 0.368 of 500 queries, and among the first ten in 0.790. A model errs in a
// share of its answers, each by itself, and feels less sure where it does: of
// two even draws it feels the larger where it is right and the smaller where it
// is wrong. What it states is that feeling, from 50% to 100%, whatever it is
// worth; its probabilities are calibrated. R@1 and R@10, with a standard error
// of 0.02, where so many answers are wrong (go test ./verify -run
// 'TestScored$' -v -exams 500 -timeout 1h; some minutes on a machine of its own):
//
//	                      none           5%             10%            20%
//	Counted               0.876  0.876   0.728  0.870   0.614  0.860   0.414  0.812
//	Scored, Bare          0.876  0.876   0.728  0.870   0.614  0.860   0.414  0.812
//	Scored, Stated        0.798  0.876   0.716  0.872   0.660  0.868   0.510  0.850
//	Scored, Probability   0.876  0.876   0.754  0.872   0.678  0.860   0.546  0.852
//
// So probabilities that can be trusted gain the more the more often a model
// errs, and cost nothing where it does not. Numbers that a model makes up help
// a weak model, and hurt a strong one: ask for them where one answer in ten is
// wrong or more. Bare answers gain nothing from a score; where there are many
// propositions it lets retrieval overrule a small difference.
//
// [DefaultPrior] is the largest share of those tried (0, 0.1, 0.2, 0.3, 0.5,
// 0.7) with which retrieval overrules no count of three bare answers; with
// [PriorFloor] 0.5 it loses nothing against counting while the model does not
// err, and on 300 queries of the same kind it was within 0.03 of the best of
// these shares where it did.
//
// [Probability] costs a call for each question. Of the models of langchaingo
// those of its openai adapter tell probabilities, with a client of
// imagescope.NewHTTPClient; a Reasoner of your own does by filling in
// Response.YesNo (see imagescope.YesNo).
//
// # Where the model's verifier differs from the authors' code
//
// By default it asks all questions about an image in one call, a fraction of
// the authors' calls; [Single] is their way, for models that answer one
// question at a time. Replies are read as the authors' code reads them, with
// this exception: where the propositions are a text instead of a list, none is
// found and the stage is skipped. The authors' code walks through the text
// letter by letter, finds none either, and counts 0 for every candidate; the
// order is the same.
package verify
