package io.socketserver.fork;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * A worker process as an operator sees it.
 *
 * @param pid its process id
 * @param state what it is doing
 * @param requests how many requests it has begun
 * @param memory the memory it has in RAM in bytes (RSS); empty where that cannot be told
 * @param age how long ago it was started
 */
public record WorkerInfo(long pid, WorkerState state, long requests, OptionalLong memory, Duration age) {

}
