// Breaches that stand until their room is made: said, but not counted. Nothing may be added here.
const OWED = [
  /: files import each other in a circle[^:]*: src\/actors\//,
  /: folders import each other in a circle/,
  /^src\/[a-z-]+\.ts:\d+: (may not import|an entry of the package)/,
  /^src\/(actors|host|inspection|system|work)\/.* may not import/,
  /^src\/(actors|cli|host|inspection|machines|persistence|system|work)[a-z/-]*: holds \d+ files/,
];

export function isOwed(said) {
  return OWED.some((breach) => breach.test(said));
}
