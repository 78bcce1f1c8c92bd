/**
 * Floor 0: small helpers of the other floors. Not part of the API: anything here may
 * change without notice.
 */
@NullMarked
package io.socketserver.internal;

import org.jspecify.annotations.NullMarked;
