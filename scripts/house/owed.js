// Breaches that stand until their room is made: said, but not counted. Nothing may be added here.
const OWED = [
  /: files import each other in a circle.*: src\/(actors|host|system|work)\//,
  /: folders import each other in a circle[^:]*: src(\/(actors|host|system|work)[a-z/-]*)? →/,
  /^src\/[a-z-]+\.ts:\d+: may not import/,
  /^src\/(actors|host|system|work)\/.* may not import/,
  /^src\/inspection\/.* may not import src\/(system|host|explain)/,
  /^src\/(actors|host|system|work)[a-z/-]*: holds \d+ files/,
];

export function isOwed(said) {
  return OWED.some((breach) => breach.test(said));
}
