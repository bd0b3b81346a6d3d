/** A phrase that is not English where it stands, or that has one fixed wording here. */
export interface Phrase {
  /** Matched without regard to case; a space matches any white space, also at a line's end. */
  readonly phrase: string;
  readonly write: string;
  /** Only in texts of code: messages, descriptions of options, names of tests. */
  readonly only?: 'string';
}

export const phrases: readonly Phrase[] = [
  // One act, one verb.
  { phrase: 'go(es)? on from|going on from|went on from', write: 'resumes from, continues from' },
  { phrase: '(goes|go|going|went|gone) on(?! to)', write: 'continues, resumes' },
  { phrase: 'takes? the place of|took the place of|taking the place of', write: 'replaces' },
  { phrase: 'gives? back|gave back|given back|giving back', write: 'returns, frees, restores' },
  { phrase: 'sees? to (it )?(that|what|all|which)|(sees|saw|seen) to', write: 'checks, ensures, makes sure' },
  { phrase: 'lets? go of', write: 'releases' },
  { phrase: 'takes? no heed|heeds?', write: 'ignores' },
  { phrase: 'breaks? off|broken off|broke off', write: 'stops, is interrupted' },
  { phrase: 'goes by', write: 'depends on, is determined by' },
  { phrase: 'hears', write: 'receives' },
  {
    phrase: '(is|are|was|were|be|been|being) told (from|of|by|in|with|as|on)|whose class is told',
    write: 'receives, is given, learns; is reported; is distinguished',
  },
  {
    phrase: 'tells? (\\S+ ){1,5}from (another|each other|the other|others|one another)',
    write: 'identifies, distinguishes',
  },
  {
    phrase: 'tells? (its|their|whether|how|what|which|where|no|nothing|none|of|from)',
    write: 'shows, reports, returns',
  },
  { phrase: 'says? so', write: 'reports it, warns; names what is said' },
  { phrase: '(is|are) said(?! to)', write: 'is reported' },
  {
    phrase:
      '(end|ends|ended|end it|fails?|refused?) with (a|one) sentence|with a sentence|in (a|one) sentence( each)?',
    write: 'fails with an error, reports',
  },
  { phrase: 'draws? anew|begins? anew|anew', write: 'again, from the start' },
  { phrase: 'afresh', write: 'again, from scratch' },
  // What there is.
  {
    phrase:
      'there (is|are) no (such )?(option|command|data set|checkpoint|experiment|plugin|group|hook|index|file|folder|metric|transform|method)',
    write: "'x' does not exist. No x was found. Unknown x 'y'.",
    only: 'string',
  },
  { phrase: '(be|is|are|was|were) had(?! to)', write: 'is available, can be obtained' },
  { phrase: '(is|are|be) at hand|at hand', write: 'current, available' },
  {
    phrase:
      '(?<!there )(is|was) no(?! (longer|more|less|fewer|slower|faster|better|worse|one|doubt|such|need|point))',
    write: 'is not a',
  },
  { phrase: '(?<!there )(are|were) no(?! (longer|more|less|fewer|one|doubt))', write: 'are not' },
  { phrase: 'that (is|are) there|(is|are) not there', write: 'that exists, does not exist' },
  { phrase: 'how many there are', write: 'the number of' },
  {
    phrase: '(file|folder|checkpoint|archive|record|list|array|page|directory|entry) (holds|knows)',
    write: 'contains, has',
  },
  { phrase: '(?<!and )data (are|have|were|do|lie|come)', write: 'data is, has: a singular' },
  // Words that join.
  { phrase: 'but for', write: 'except' },
  { phrase: 'be it (?!that)\\S+|be they \\S+', write: 'whether … or' },
  { phrase: 'as ever', write: 'as before, as usual' },
  { phrase: 'so-?manieth', write: 'number N, Nth' },
  { phrase: 'what it failed of|failed of', write: 'why it failed' },
  { phrase: 'in vain', write: 'without success' },
  { phrase: 'without a word(?! it)', write: 'silently' },
  { phrase: 'ways? on', write: 'what to do' },
  { phrase: 'for all (that )?who|all that it', write: 'for everyone who; everything it' },
  { phrase: '(?<=\\S )in here', write: 'here' },
  {
    phrase:
      'a (line|row|file|page|number|class|sample|value|process|thread|rank|step|view) (a|an|each)(?= (line|row|file|page|number|class|sample|value|process|thread|rank|step|view|device|host|machine|epoch|metric|run|image|batch|directory|name)|[.,;:)])',
    write: 'one … per …',
  },
  { phrase: 'each where|each its own', write: 'one for each … that' },
  { phrase: 'by (its|their) endings?', write: 'by its extension' },
  { phrase: 'and such(?! as)', write: 'and the like' },
];
