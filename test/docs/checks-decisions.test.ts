import { decisionProblems } from '../../docs/.site/checks/decisions';

const page = (title: string, sections: readonly string[], status = 'accepted'): string =>
  [title, '', `Status: ${status}.`, '', ...sections.map((section) => `## ${section}\n`)].join('\n');

it('accepts decisions of one form that the index lists', () => {
  const pages = [
    ['docs/adr/0001-a.md', page('# 1. A', ['Context', 'Decision', 'Consequences'])],
    ['docs/adr/0012-b.md', page('# 12. B', ['Context', 'Decision', 'Alternatives', 'Consequences'])],
  ] as const;
  expect(decisionProblems(pages, '# Decisions\n\n- [1. A](0001-a.md)\n- [12. B](0012-b.md)\n')).toEqual([]);
});

it('names another title, status or order of sections, and what the index lacks or has too much', () => {
  const pages = [['docs/adr/0012-b.md', page('# 0012. B', ['Decision', 'Context'], 'open')]] as const;
  const found = decisionProblems(pages, '- [1. A](0001-a.md)\n').map(
    ({ file, line, message }) => `${file}:${line} ${message}`,
  );
  expect(found).toEqual([
    "docs/adr/0012-b.md:1 The title must begin with '# 12. '.",
    "docs/adr/0012-b.md:3 The third line must be 'Status: accepted.', or rejected, or replaced.",
    'docs/adr/0012-b.md:0 The sections must be Context, Decision, Alternatives if there are any, Consequences, but are: Decision, Context.',
    'docs/adr/index.md:0 Add the line: - [0012. B](0012-b.md)',
    'docs/adr/index.md:0 Delete the line: - [1. A](0001-a.md)',
  ]);
});
