import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const root = resolve(__dirname, '../..');
const templates = '.github/ISSUE_TEMPLATE';

const id = z.string().regex(/^[\w-]+$/);
const validations = z.strictObject({ required: z.boolean() }).optional();
const label = z.string().min(1);
const text = {
  label,
  description: z.string().optional(),
  placeholder: z.string().optional(),
  value: z.string().optional(),
};

/** GitHub's syntax of issue forms: "Syntax for GitHub's form schema" in its documentation. */
const form = z.strictObject({
  name: z.string().min(1),
  description: z.string().min(1).max(200),
  title: z.string().optional(),
  labels: z.array(z.string()).optional(),
  assignees: z.array(z.string()).optional(),
  body: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('markdown'),
          attributes: z.strictObject({ value: z.string().min(1) }),
        }),
        z.strictObject({ type: z.literal('input'), id, validations, attributes: z.strictObject(text) }),
        z.strictObject({
          type: z.literal('textarea'),
          ...{ id, validations },
          attributes: z.strictObject({ ...text, render: z.string().optional() }),
        }),
        z.strictObject({
          type: z.literal('dropdown'),
          ...{ id, validations },
          attributes: z.strictObject({
            label,
            description: z.string().optional(),
            multiple: z.boolean().optional(),
            options: z
              .array(z.string().min(1))
              .min(1)
              .refine((all) => new Set(all).size === all.length),
          }),
        }),
        z.strictObject({
          type: z.literal('checkboxes'),
          id,
          attributes: z.strictObject({
            label,
            description: z.string().optional(),
            options: z.array(z.strictObject({ label, required: z.boolean().optional() })).min(1),
          }),
        }),
      ]),
    )
    .refine((body) => body.some(({ type }) => type !== 'markdown'), 'a form asks for something')
    .refine((body) => {
      const ids = body.flatMap((part) => ('id' in part ? [part.id] : []));
      return new Set(ids).size === ids.length;
    }, 'ids differ'),
});

const read = (path: string): unknown => parse(readFileSync(join(root, path), 'utf8'));
const forms = readdirSync(join(root, templates)).filter((name) => name !== 'config.yml');

it.each(forms)('the issue form %s has the syntax that GitHub reads', (name) => {
  expect(form.safeParse(read(`${templates}/${name}`)).error).toBeUndefined();
});

it.each([
  ['an unknown kind of field', { type: 'textfield', id: 'a', attributes: { label: 'A' } }],
  ['a field without a label', { type: 'input', id: 'a', attributes: {} }],
  ['an option twice', { type: 'dropdown', id: 'a', attributes: { label: 'A', options: ['b', 'b'] } }],
  ['text alone', { type: 'markdown', attributes: { value: 'Hello' } }],
])('a form with %s is rejected', (_, part) => {
  expect(form.safeParse({ name: 'Bug', description: 'A bug', body: [part] }).success).toBe(false);
});

it('the configuration of issues has the syntax that GitHub reads', () => {
  const link = z.strictObject({ name: z.string(), url: z.url(), about: z.string() });
  const config = z.strictObject({
    blank_issues_enabled: z.boolean(),
    contact_links: z.array(link).optional(),
  });
  expect(config.safeParse(read(`${templates}/config.yml`)).success).toBe(true);
});

it('CITATION.cff describes the package that is released', () => {
  const { version, license, description } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly [name: string]: string;
  };
  expect(read('CITATION.cff')).toMatchObject({
    'cff-version': '1.2.0',
    message: expect.any(String) as string,
    title: 'Fulgur',
    abstract: `${description}.`,
    authors: [{ name: 'The Fulgur contributors' }],
    ...{ version, license },
  });
});
