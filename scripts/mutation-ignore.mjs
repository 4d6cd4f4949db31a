import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Whether a piece of code is `value satisfies never`: the compiler has proven that no value gets there. */
function isExhausted(node) {
  const expression = node?.type === 'ReturnStatement' || node?.type === 'ExpressionStatement' ? argumentOf(node) : null;
  return expression?.type === 'TSSatisfiesExpression' && expression.typeAnnotation.type === 'TSNeverKeyword';
}

function argumentOf(node) {
  return node.type === 'ReturnStatement' ? node.argument : node.expression;
}

/** What a mutation run leaves alone because no program could tell the mutant from the original. */
export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'unobservable', {
    shouldIgnore(path) {
      const { node } = path;
      if (node.type === 'SwitchCase' && node.test === null && isExhausted(node.consequent[0])) {
        return 'the compiler has proven that nothing gets here';
      }
      if (
        node.type === 'ObjectProperty' &&
        node.key.name === 'types' &&
        path.parentPath?.parent.callee?.name === 'setup'
      ) {
        return 'types have no effect when a machine runs';
      }
      return undefined;
    },
  }),
];
