/** The operations of the user, which run in the writer's transactions. */
export interface UserOperationStore {
  readonly names: readonly string[];
  /** Runs one, and resolves with what it answers once that is durable. @throws what it throws; then nothing of it was kept */
  call(operation: string, args: unknown): Promise<unknown>;
}
