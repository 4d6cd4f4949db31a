import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EspalierError, isEspalierError } from '../../../src/errors.js';
import { compileTemplate, literalTemplate } from '../../../src/machines/command/template.js';

function refusal(act: () => unknown): EspalierError {
  try {
    act();
  } catch (error) {
    if (isEspalierError(error) && error.code === 'ESP_INVALID') return error;
    throw error;
  }
  throw new Error('accepted');
}

const expand = (words: string[], input: unknown, index = 0) => compileTemplate(words).expand(input, index);

describe('a command template', () => {
  it.each<[string[], unknown, string[]]>([
    [['wc', '-l', '{}'], 'a b.txt', ['wc', '-l', 'a b.txt']],
    [['cp', '{}', 'out/{#}-{}'], 'x', ['cp', 'x', 'out/7-x']],
    [['run', '{.name}', '{.at.x}'], { name: 'n', at: { x: 1.5 } }, ['run', 'n', '1.5']],
    [['run', '{.name}'], '{"name":"n"}', ['run', 'n']],
    [['run', '{.list.1}', '{.list}'], { list: ['a', 'b'] }, ['run', 'b', '["a","b"]']],
    [['run', '{.a}{.b}{.c}'], { a: null, b: false, c: '' }, ['run', 'nullfalse']],
    [['run', '{}'], { a: [1] }, ['run', '{"a":[1]}']],
    [['run', '{}'], undefined, ['run', 'null']],
    [['run', ''], 'x', ['run', '']],
    [['run', '{}'], '', ['run', '']],
    [['{}', 'x'], '/bin/true', ['/bin/true', 'x']],
  ])('expands %j for %j', (words, input, expected) => {
    expect(expand(words, input, 7)).toEqual(expected);
  });

  it.each(['{print $1}', '{"a":{"b":1}}', '{ }', '${HOME}', '{a,b}', '}', '{', 'x}{'])('leaves %s alone', (word) => {
    expect(expand(['run', word], 'in')).toEqual(['run', word]);
  });

  it.each([
    ['{{}', '{}'],
    ['{{.name}', '{.name}'],
    ['{{print}', '{print}'],
    ['{{{}}', '{in}'],
    ['{{{{', '{{'],
    ['{{}}', '{}}'],
  ])('reads the escape in %s', (word, expected) => {
    expect(expand(['run', word], 'in')).toEqual(['run', expected]);
  });

  it.each([
    ...['{.}', '{..a}', '{.a.}', '{.a b}', '{##}', '{#1}', '{#.a}'].map((word) => [word, 'the index is {#}'] as const),
    ...['{name}', '{0}', '{a-b}'].map((word) => [word, `a field of the input is {.${word.slice(1)}`] as const),
  ])('names %s as unknown and says what was meant', (word, hint) => {
    const { message, context } = refusal(() => compileTemplate(['run', `x${word}y`]));
    expect(message).toMatch(`unknown placeholder ${word}: `);
    expect(message).toContain(hint);
    expect(message).toContain('; write {{ for a literal {');
    expect(context).toEqual({ placeholder: word });
  });

  it('names a placeholder that is never closed', () => {
    const { message, context } = refusal(() => compileTemplate(['run', '{.name']));
    expect(message).toContain('unknown placeholder {.…: it is never closed');
    expect(context).toEqual({ placeholder: '{.…' });
  });

  it('refuses a command without a program', () => {
    expect(refusal(() => compileTemplate([])).message).toBe('the command has no words');
    expect(refusal(() => compileTemplate(['', 'x'])).message).toContain('no program: its first word is empty');
  });

  it('knows its program unless the input decides it', () => {
    expect(compileTemplate(['wc', '{}']).program).toBe('wc');
    expect(compileTemplate(['{{x', '{}']).program).toBe('{x');
    expect(compileTemplate(['bin/{.tool}', '{}']).program).toBeNull();
  });

  it('lists each field once', () => {
    expect(compileTemplate(['a', '{.x}{.y.z}', '{.x}', '{}', '{#}']).fields).toEqual(['x', 'y.z']);
  });

  it.each([
    [{ a: 1 }, 'b'],
    [{ a: 1 }, 'a.b'],
    [{}, 'constructor'],
    [{ l: [1] }, 'l.length'],
    [{ l: 'text' }, 'l.0'],
    [{ a: null }, 'a.b'],
  ])('says that %j has no field %s, and which input it is', (input, field) => {
    const { message, context } = refusal(() => expand(['run', `{.${field}}`], input, 12));
    expect(message).toBe(`input 12 has no field "${field}"`);
    expect(context).toEqual({ index: 12, field });
  });

  it.each(['not json', '"text"', '5', 'null', ''])('says that the line %j is no object', (line) => {
    expect(refusal(() => expand(['run', '{.a}'], line, 3)).message).toMatch(/^input 3 is not (a )?JSON/);
  });

  it('keeps what the parser says of a line that is not JSON', () => {
    const { cause, context } = refusal(() => expand(['run', '{.a}'], '{"a"', 3));
    expect([cause, context]).toEqual([expect.any(SyntaxError), { index: 3 }]);
  });

  it('leaves fields as they are written that are not to be seen', () => {
    const template = compileTemplate(['login', '{.user}:{.password}', '{#}']);
    const input = { user: 'ada', password: 'hunter22' };
    expect(template.expand(input, 1, new Set(['password']))).toEqual(['login', 'ada:{.password}', '1']);
  });

  it('parses no JSON unless a field asks for it', () => {
    expect(expand(['run', '{}'], '{broken')).toEqual(['run', '{broken']);
  });

  it.each([
    ['{}', 'a\0b'],
    ['{.x}', { x: 'a\0b' }],
    ['{.x}', '{"x":"a\\u0000b"}'],
  ])('refuses a NUL character in %s', (word, input) => {
    expect(refusal(() => expand(['run', word], input, 4)).message).toContain(word);
  });

  it.each([
    ['{}', { a: '\ud800' }, '{"a":"\\ud800"}'],
    ['{}', '🌱', '🌱'],
  ])('writes a lone surrogate in JSON as an escape: %s', (word, input, text) => {
    expect(expand(['run', word], input)).toEqual(['run', text]);
  });

  it.each(['{"x":"\\ud83c"}', '{"x":"\\udf31!"}'])(
    'refuses half a character, which a program would not get: %s',
    (line) => {
      expect(refusal(() => expand(['run', '{.x}'], line, 4)).message).toContain('half a character');
    },
  );

  it.each([
    ['{"id":738527931269425001}', 'id', '738527931269425001'],
    ['{"n":1e400}', 'n', '1e400'],
    ['{"n":1.0}', 'n', '1.0'],
    ['{"n" : 1e5 }', 'n', '1e5'],
    ['{"n":-0}', 'n', '-0'],
    ['{"n":0.1000,"m":1}', 'n', '0.1000'],
    [' { "a" : { "b" : [ 0 , 12345678901234567890 ] } } ', 'a.b.1', '12345678901234567890'],
    ['{"a":{"b":[1.0, 2]},"c":3}', 'a', '{"b":[1.0, 2]}'],
    ['{"a":[{"x":"}]\\"","y":1.50}]}', 'a.0', '{"x":"}]\\"","y":1.50}'],
    ['{"a":[{"x":"}]\\"","y":1.50}]}', 'a.0.x', '}]"'],
    ['{"a":1.0,"a":2.0}', 'a', '2.0'],
    ['{"\\u0061":true,"b":null}', 'a', 'true'],
    ['{"a":{},"l":[],"b":7}', 'b', '7'],
    ['[1.0,[2.50]]', '1.0', '2.50'],
    [`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)},"b":1.0}`, 'b', '1.0'],
  ])('gives a field of the line %s as it was written', (line, field, text) => {
    expect(expand(['run', `{.${field}}`], line)).toEqual(['run', text]);
  });

  it.each([
    [{ id: 738527931269425001n }, '738527931269425001'],
    [{ id: 1e21 }, '1e+21'],
    [{ id: -0 }, '-0'],
    [{ id: { n: 738527931269425001n } }, '{"n":738527931269425001}'],
  ])('writes a number of an object digit by digit: %o', (input, text) => {
    expect(expand(['run', '{.id}'], input)).toEqual(['run', text]);
  });

  it.each([
    ['{"a":1}', 'b'],
    ['{"a":{"b":1}}', 'a.c'],
    ['{"l":[1,2]}', 'l.2'],
    ['{"l":[1]}', 'l.length'],
    ['{"l":[1]}', 'l.00'],
    ['{"a":"{\\"b\\":1}"}', 'a.b'],
    ['{}', 'toString'],
    ['[]', '0'],
  ])('says that the line %s has no field %s', (line, field) => {
    expect(refusal(() => expand(['run', `{.${field}}`], line, 3)).message).toBe(`input 3 has no field "${field}"`);
  });

  it('says which input cannot be written as text', () => {
    const { message, context } = refusal(() => expand(['run', '{}'], { a: [Number.NaN] }, 5));
    expect(message).toBe('input 5.a[0] is NaN, which JSON cannot hold');
    expect(context).toEqual({ index: 5 });
    const { message: field } = refusal(() => expand(['run', '{.a}'], { a: new Map() }, 5));
    expect(field).toContain('input 5.a is a Map');
  });

  it('gives any text back unchanged, in as many words as the template has', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'));
    fc.assert(
      fc.property(text, text, fc.nat(), (literal, input, index) => {
        const escaped = literal.replaceAll('{', '{{');
        const template = compileTemplate(['run', `${escaped}{}`, escaped, '{#}', '{}']);
        expect(template.expand(input, index)).toEqual(['run', literal + input, literal, String(index), input]);
      }),
    );
  });
});

describe('a command without an input', () => {
  it('stays as it is, whatever looks like a place for one', () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom('{', '}', '.', '#', '$', 'a') }), { minLength: 1 });
    fc.assert(
      fc.property(words, (rest) => {
        const { program, fields, expand } = literalTemplate(['run{}', ...rest]);
        expect({ program, fields, words: expand('input', 1) }).toEqual({
          program: 'run{}',
          fields: [],
          words: ['run{}', ...rest],
        });
      }),
    );
  });
});
