export { below, seededIds, seededRandom } from '../../src/system/virtual/random.ts';
