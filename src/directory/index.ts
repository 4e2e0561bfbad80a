export { arrayDirectory } from './array-directory.ts';
export { DELIMITER_EXPECTED, isDelimiter } from './delimiter.ts';
export { type AttributeMapping, parseMapping } from './mapping.ts';
export {
  type CsvDirectoryOptions,
  csvDirectory,
  type FileDirectoryOptions,
  jsonDirectory,
  jsonlDirectory,
  openDirectory,
} from './open-directory.ts';
export type { OnDuplicate, ShortRows, SizedDirectory } from './sized-directory.ts';
