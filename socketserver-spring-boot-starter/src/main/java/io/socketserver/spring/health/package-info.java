/**
 * Health of socket servers.
 */
@NullMarked
package io.socketserver.spring.health;

import org.jspecify.annotations.NullMarked;
