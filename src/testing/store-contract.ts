/** The suite that every store must pass: see `store-contract/index.ts`. */
export {
  type ContractRunner,
  type OpenedStore,
  type StoreSubject,
  storeContract,
  type TestBody,
} from './store-contract/index.ts';
