// Package imagescope finds images by language: from a description, from a
// reference image and a change to it, and in a conversation, all by one
// pipeline that needs no training.
//
// It implements the method of "ImageScope: Unifying Language-Guided Image
// Retrieval via Large Multimodal Model Collective Reasoning" (WWW 2025, arXiv
// 2503.10166): any multimodal model that langchaingo reaches does the
// reasoning, any embedder and any vector index the retrieval, and parts that
// need no model at all can take the place of each.
//
// # The stages
//
//	Query ─▶ intent ─▶ embed ─▶ index ─▶ verify ─▶ rank ─▶ Result
//	            └────▶ propositions ────────┘
//
// Stage 1 ([Interpreter], package intent) splits the query into atomic edits
// and describes the wanted image at three granularities. The pipeline embeds
// the descriptions and searches a [VectorIndex] (package index) for the images
// whose vectors, made by an [Embedder] (package embed), have the largest inner
// product with their mean:
//
//	score(i) = mean over m of (1-τ)·tₘ·vᵢ + τ·tₘ·cᵢ
//
// with the unit vectors v of the image, c of its caption and t of the
// descriptions, and τ = 0.15. Stage 2 ([Verifier], package verify) turns the
// edits into propositions, yes/no questions with the answer that is wanted,
// puts them to the best 20 candidates and orders these by how many hold. Stage
// 3 ([Ranker], package rank) looks at the best 3 beside the reference and
// moves the first that does what was asked to the front.
//
// # Fewer round trips
//
// What a user waits for is the number of model calls in a row. Propositions are
// written while the index is searched; intent.Options.OneCall has them written
// together with the intent, intent.Options.ShowReference spares the caption of
// a reference from outside, and rank.Options.Speculate has the best few looked
// at together. Three calls in a row are left. Config.Instant has a first order
// to show before any of them, composed of vectors alone, and falls back on it.
// For an upload and a change to it, with 20 candidates, 3 propositions and no
// candidate accepted, so that all calls are made (go test -run TestRoundTrips -v .):
//
//	                                       calls   in a row   before the first order
//	one after the other, as the authors       66         66                        2
//	defaults, 8 questions at once             26          9                        2
//	verify.Options.Concurrency 32             26          7                        2
//	and rank.Options.Speculate 3              26          5                        2
//	and intent.Options.OneCall                25          4                        2
//	and intent.Options.ShowReference          24          3                        1
//	and Config.Instant                        24          3                        0
//
// # Ways to search
//
// Config.Fusion searches for each description apart and fuses the orders, and
// Config.CaptionIndex does so with the spaces of images and captions. Which way
// finds more depends on what follows. Of 504 drawn scenes among 2,226, asked
// for by a description, a change and a turn of a conversation, where pictures,
// captions and descriptions each miss or mistake something, so many per cent
// came first, and within the first ten places, by retrieval alone
// (go test ./intent -run TestFusionOnScenes -v -scenes 250):
//
//	                          description      change       conversation
//	mean of the vectors       71.0   94.6    73.0   95.8    56.2   92.5
//	descriptions apart        68.7   94.0    70.6   94.6    56.2   92.5
//	captions apart            64.5   97.6    66.5   98.2    51.4   93.1
//	both apart                62.7   96.6    63.9   97.4    51.4   93.1
//	instant, the text alone   72.6   96.6    30.6   82.7    16.7   92.3
//	instant, words read       72.6   96.6    63.5   93.8    53.4   89.5
//
// So the mean is best where retrieval has the last word. Captions apart bring
// more of what is wanted before stages 2 and 3, which then settle the order.
// The texts of these scenes were made by the vocabulary that intent.Rules
// knows; with free language its reading helps less.
//
// Where the embedder is a [ComposedEmbedder] a query with a reference image is
// also searched for with one vector that its model makes of the picture and the
// text together, while the interpreter is at work. Config.Composed fuses it with
// the descriptions, which is the default, searches for it alone, so that the
// first order waits for no model call, or leaves it out. On the same changed
// scenes, where that vector misses or mistakes no, one or three things
// and each description one, so many per cent came first, and within the first
// ten (go test ./intent -run TestComposedOnScenes -v -scenes 250):
//
//	mistakes of the vector     none          one         three
//	ComposedOff             73.0   95.8   73.0   95.8   73.0   95.8
//	ComposedFused           74.6   96.6   72.6   94.8   69.8   94.0
//	ComposedAlone           74.4   97.2   59.9   94.0   51.6   88.5
//
// Fused, the two are never far from the better one; which that is depends on the
// models. Choose ComposedAlone for an encoder that you have measured to be better
// than the descriptions, or for speed; with Intent nil there is nothing else.
//
// # Use
//
// [New] joins the parts, [Pipeline.Add] takes images in, [Pipeline.Sync] follows
// a folder, [Pipeline.Search] answers a [Query], [Pipeline.Stages] shows the result of each stage as soon
// as it is known, and [Pipeline.Chat] carries a conversation. A stage left out
// is skipped. Own parts are types with the methods of one small interface, or
// functions: [ReasonerFunc], [CaptionerFunc], [InterpreterFunc], [RankerFunc].
//
// Query.Filter narrows the gallery by metadata before anything is ranked, by
// [Is], [Between] and [Not]. With Config.EXIF the metadata has when, where and by
// which camera a picture was taken, under the keys from [MetaTaken] on. With
// Config.Fingerprints it has what duplicates are known by, exact ones and near
// ones: [Duplicates] lists them, and Config.Collapse shows each picture once.
//
// Parts that ask a model are made by intent.New, verify.New, rank.New and
// embed.NewCaptioner, of any [Reasoner]: [NewReasoner] makes one of a
// langchaingo model. Embedders with a model are embed.NewLangchain, of captions
// alone, and, of the pictures themselves, service.New, which asks a service over
// HTTP, and clip.Open, on this machine. Parts that need none, for the first steps, for tests and
// for when a model is down, are intent.Rules, verify.Captions, rank.Captions,
// embed.Words and embed.Colours. All can be mixed.
//
// # Model calls
//
// A search may make dozens of model calls. Functions that take a [Reasoner] and
// return one make them fewer and survivable: [Share], [Cache], [Fallback],
// [Route], [Retry], [Limit], and [Record], from whose recordings [Replay]
// answers. They can be put on each other in any order; this is the recommended
// one, from the outside in:
//
//	Share(Fallback(Cache(Retry(Limit(big))), nil, Cache(Retry(Limit(small)))))
//
//	Share     outermost, so that of equal calls one waits, retries and is paid for
//	Fallback  around each model's whole care: the next is asked when the first is given up
//	Cache     around one model, under its name: what the small one answered while the
//	          big one was down does not stay its answer; hits wait for no limit
//	Retry     around Limit: a call that waits to be tried again holds no place
//	Limit     at the model, so that each try counts; its Timeout begins with the call
//	Record    around all of it writes what stages saw, at the model what each try brought
//
// Give models a client of [NewHTTPClient]: langchaingo's adapters lose most of
// what Retry goes by. The example "ModelCalls" is a whole stack. A [Retrier] and
// a [Limiter] do for any other client, such as an embedder's, what Retry and
// Limit do for a Reasoner.
//
// # Faults
//
// A search does not fail because a model did. A stage that errs, panics, takes
// longer than Config.StageTimeout or returns nonsense leaves the order of the
// stage before it, and Result.Faults tells which and why. Config.Strict makes every
// fault an error. Whatever a model says is untrusted: replies are bounded,
// read without trust in their form, and never decide what is asked next.
//
// # What a query costs
//
// Stage 2 stops asking as soon as the places that the query's limit shows, and
// those that stage 3 looks at, cannot change any more: the result is that of
// asking about all, for fewer calls (Config.Exhaustive asks about all). A
// [Budget] bounds the model calls, the tokens and the time of a query, and has
// the deadline of its context mean the best order by then. When it is spent the
// best order so far is the answer, and Result.LeftOut tells what it does
// without. [Pipeline.Estimate] says beforehand what a query may cost at most,
// and Result.Usage what it has cost.
//
// # Sure and unsure results
//
// Candidate.Confidence tells how far stage 2 vouches for a candidate: the share
// of propositions that hold, or more finely where the verifier asks how sure
// each answer is (verify.Options.Confidence; package verify has measured what
// that is worth). Three options of [Config] act on it, all off by default.
// MinConfidence keeps out what is less sure, so that nothing found is an answer,
// and Result.Rejected tells why. Gate leaves out the stages that would only
// confirm what is sure. RefineBelow has the interpreter name a requirement that
// no candidate meets, and searches for it once more.
//
// On the scenes of package verify, 300 queries with all three stages, Limit 10,
// and no or one in ten answers wrong, R@1, R@10 and calls a query were (go test
// ./verify -run 'TestGateAndRound$' -v -exams 300; standard error 0.02):
//
//	                            none wrong             10% wrong
//	all stages                  0.910  0.910  22.2     0.750  0.900  22.8
//	Gate.Similarity 0.01        0.743  0.887  11.3     0.660  0.883  11.7
//	Gate.Similarity 0.02        0.853  0.907  16.7     0.740  0.900  17.2
//	Gate.Similarity 0.03        0.893  0.907  20.4     0.750  0.900  21.0
//	Gate.Confidence 0.1         0.910  0.910  21.3     0.717  0.900  22.1
//	RefineBelow 1               0.937  0.937  23.1     0.757  0.913  24.0
//
// The round takes place in one query of eleven to eight, and finds what the
// first search had not among its 20 for one call a query more. The gate after
// stage 2 spares stage 3, a call or two, and is worth it with a model that
// seldom errs. The one after retrieval spares nearly all calls of the queries
// that it ends, but retrieval, here as unsure as CLIP is, is seldom right by a
// margin: set it for an embedder that you have measured.
//
// # Which way to ask which model
//
// All ways below were asked the same 500 queries of 3,500 drawn pictures, by a
// model that is wrong in a share of its judgements (package verify/modeltest).
// Half are descriptions and half are changes to a picture, each with three
// propositions and one right answer, which six others nearly are. Pictures are
// embedded by words of which three in ten are lost, so that the right one is among the 20
// candidates in 85% of the queries; a standard error is 2%. Tokens are those of
// prompts, images included; calls in a row are what a user waits for, most in
// brackets (go test ./verify/modeltest -run TestModes -v -queries 500 -timeout 1h):
//
//	                             a query takes                      R@1 in %, with so many judgements wrong
//	                             calls  tokens  images  in a row      0%    5%   10%   20%
//	the authors' calls, in turn   63.4   17634    62.2  63.4 (65)    83.0  75.0  65.4  45.2
//	defaults                      23.4    9023    22.2   6.4  (8)    83.0  75.0  65.4  45.2
//	  verify: Concurrency 32      23.4    9023    22.2   4.4  (6)    83.0  75.0  65.4  45.2
//	    rank: Speculate 3         25.0    9889    24.5   4.0  (4)    83.0  75.0  65.4  45.2
//	      intent: OneCall, shown  24.0    9710    25.0   3.0  (3)    83.0  75.0  65.4  45.2
//	  verify: Single              55.8   15717    54.6  11.9 (17)    83.0  75.0  65.4  45.2
//	  verify: Stated, Scored      23.4   10183    22.2   6.4  (8)    83.0  74.8  66.0  47.2
//	  verify: Probability, Scored 55.8   15717    54.6  11.9 (17)    83.0  74.8  66.4  47.2
//	  rank.Listwise of 10         23.0   11043    30.5   6.0  (7)    83.4  76.6  65.6  45.8
//	  rank.Tournament of 3        28.0   13871    35.0   6.0  (7)    83.0  74.6  65.2  47.2
//	  Config.Gate.Confidence 0.1  22.9    8748    21.4   5.9  (8)    83.0  73.2  61.4  42.2
//	  Config.RefineBelow 1        24.1    9301    22.7   6.6 (11)    85.4  76.4  66.2  44.8
//	  no stage 3                  22.0    8230    20.0   5.0  (6)    72.6  63.6  52.8  38.6
//	  no stage 2                   3.1    2110     3.1   3.1  (4)    56.8  52.6  48.0  40.4
//	    rank.Listwise of 20        2.0    6098    20.5   2.0  (2)    83.4  72.0  59.2  41.6
//	  stage 1 alone                1.0     945       0   1.0  (1)    35.0
//	no stage                         0       0       0     0         21.0
//	no model: rules and captions     0       0       0     0         82.0
//
// The first six rows find the same ten pictures in the same order, as the test
// checks. Within the first ten places the right picture is in 85.0, 84.4, 83.8 and
// 80.2% of the queries by the defaults, about as often by all ways with stage 2
// (87.4% and less by RefineBelow), and in 78.2% by stage 1 alone.
//
// This model's errors are independent of each other, it is as sure as it
// has reason to be, and it says the same of the same picture however it is shown.
// Real ones repeat their errors, are too sure, and lose their way among many
// images: take what is gained by asking twice, by confidence and by long lists
// for an upper bound. The captions of the last row tell everything.
//
//   - No model: intent.Rules, verify.Captions and rank.Captions. They see what
//     captions say. Where these say little leave stages 2 and 3 out.
//   - A small model of one's own, wrong in one answer of ten or more, lost in
//     long replies and among images, and slow: intent.Rules for stage 1,
//     verify.Single with Lenient, rank.New with OnePicture if it takes one image
//     at a time. verify.Scored with the probabilities of answers, where the
//     server tells them. A smaller TopK and an Instant answer make the wait
//     bearable. See the example SmallLocalModel.
//   - A large hosted model, paid for by tokens and waited for by round trips:
//     intent.Options.OneCall and ShowReference, verify.Options.Concurrency 32,
//     and rank.Options.Speculate or rank.NewListwise. A [Cache], a [Limit] and a
//     [Budget] bound what it costs. See the example HostedModel.
//   - The fewest calls: no stage 2, and rank.NewListwise with Alpha 20, for a
//     model that can tell 20 images apart. Where it is wrong in one judgement of
//     ten it loses what checking each image by itself would have gained.
//   - Several models: a text model for intent and propositions (Proposer of
//     package verify), a cheap one that sees for stage 2, the strongest for
//     stage 3; [Route] sends each task to its own.
//
// Stage 2 can ask about fewer than all 20 candidates only where ten have every
// answer as wanted. So the defaults took 23.4 calls for the authors' 63.4 where
// one picture answers a query, 22.2 for 63.1 where many do and retrieval is as
// above, and 15.1 for 63.0 where it loses no words
// (go test ./verify/modeltest -run TestCalls -v -queries 500 -timeout 1h).
//
// # Differences from the authors' code
//
// With the default options of [Config] and the stages, and the authors' one
// question a call (verify.Single), the same replies and vectors give the same
// orders as the code that the authors published, which a test replays. The
// exceptions are listed in the documentation of packages intent and verify.
// Beyond these, images with equal scores come in the order of their IDs, where
// the authors' order is left to a sort; and the reference image is not a
// result of its own query unless Query.KeepReference is set.
package imagescope
