import { zygotePath } from '../transport/process/zygote/zygote.js';

/** Who starts programs here: the zygote of this build, or `sh`, more slowly, where it could not be compiled. */
export function programStarter(): 'zygote' | 'sh' {
  return zygotePath() === null ? 'sh' : 'zygote';
}
