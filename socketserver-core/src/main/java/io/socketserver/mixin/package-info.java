/**
 * Floor 3: concurrency strategies and other concerns laid over the request cycle, one
 * file each. No mix-in knows a server class.
 */
@NullMarked
package io.socketserver.mixin;

import org.jspecify.annotations.NullMarked;
