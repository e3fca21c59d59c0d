// Package intent is stage 1: it works out what a query asks for, as a list of
// atomic edits and as descriptions of the wanted image.
//
// [New] asks a model, as the paper does (section on intent synthesis). [Rules]
// needs none: it understands plain English instructions by their words, and is
// meant for the first steps, for tests, and for when a model is down.
//
// # Fewer calls
//
// A composed query with a model costs a caption of the reference, where it
// comes from outside, then the intent, then the propositions of stage 2, one
// after the other. Options.OneCall has edits, descriptions and propositions
// written in one reply, and Options.ShowReference shows the reference itself to
// a model that takes images: one call in place of three. The prompts are
// [OneCall], [OneCallFashion] and [OneCallDialogue]. A small model is better
// served by the two shorter prompts.
//
// # What the rules understand
//
// An instruction is cut into clauses, and each clause compared with a table of
// the ways in which people ask: to add, remove, replace or keep a thing, to
// change its colour, number, size, doing or place, to change the time of day
// or the weather, to take the picture otherwise. Of these come the edits. What
// fits no way of asking describes what is wanted, as many instructions do.
// The edits are then made in the words of what is known: the reference's
// caption, or the description that a conversation carries.
//
// The rules know words and their order, not what they mean. They find the
// thing that an instruction speaks of by its noun, a plural, a synonym or a
// kind out of a short list; they do not see the picture, and of a reference
// without a caption they know nothing. "It" is the first thing that the
// caption tells of. What an instruction rules out appears in no description,
// so a conversation carries on what is there and not what is not. Text that is
// not English is searched for as it is, beside what is known.
//
// # Where the model's interpreter differs from the authors' code
//
// It reads replies as the authors' code does and falls back where that does,
// so that the same replies lead to the same searches, with these exceptions,
// each of which replaces an accident by what was meant:
//
//   - Where a text-to-image query gets no usable reply, the text itself is
//     searched for. The authors' code searches for the words "A blank image."
//   - Where a turn of a conversation gets no usable reply, the description
//     carried so far is kept and searched for beside the text. The authors'
//     code carries "A blank image." on, which erases the turns before.
//   - Descriptions given as one string count as one description, and those
//     given as an object as its values. The authors' code takes a string
//     letter by letter and an object by its keys.
//   - An edit must be a pair of strings. The authors' code also takes a string
//     of two letters and an object of two members for a pair.
package intent
