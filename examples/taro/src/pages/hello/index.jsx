import { Button, View } from "@tarojs/components";
import { useDidShow } from "@tarojs/taro";
import { useState } from "react";
import { errorOf } from "weapp-login-client";
import { login, say } from "../../login";

export default function Hello() {
  const [message, setMessage] = useState("");

  useDidShow(async () => {
    try {
      const answer = await login.request({ path: "/hello" });
      const error = errorOf(answer);
      if (error) throw error;
      setMessage(answer.data.message);
    } catch (error) {
      setMessage(say(error));
    }
  });

  return (
    <View>
      <View>{message}</View>
      <Button onClick={() => login.logout()}>退出登录</Button>
    </View>
  );
}
